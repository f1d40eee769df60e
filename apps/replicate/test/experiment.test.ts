import { configSchema } from '../src/config/schema.ts';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { alone, thinned, parseVariant } from '@scene-mtl/lab';
import { Command } from 'commander';
import { addPlanCommand } from '../src/commands/plan.ts';
import { sceneRunId } from '../src/scenes/program.ts';
import { profiles } from '../src/config/profiles.ts';
import { contents, isNamedAlone, withoutPaper } from '../src/papers/contents.ts';
import { experiments } from '../src/papers/index.ts';
import type { SceneSpec } from '../src/scenes/kind.ts';
import { fixedWeights, learnedWeights, runConfig } from '../src/scenes/spec.ts';
import { replicate } from './tiny-run.ts';

const spec: SceneSpec = {
  config: runConfig(profiles.smoke),
  tasks: ['semantic', 'depth'],
  balance: fixedWeights(['semantic', 'depth'], { semantic: 0.9, depth: 0.1 }),
  seed: 1,
};

const training = (change: Partial<SceneSpec['config']['training']>): SceneSpec => ({
  ...spec,
  config: { ...spec.config, training: { ...spec.config.training, ...change } },
});

describe('a run’s id', () => {
  test('says what is trained', () => {
    expect(sceneRunId(spec)).toMatch(/^semantic-depth\.fixed\.32x64\.seed-1\.[0-9a-f]{12}$/);
  });

  test('changes with all that decides its numbers', () => {
    const ids = [
      spec,
      { ...spec, seed: 2 },
      { ...spec, tasks: ['depth', 'semantic'] as const },
      { ...spec, balance: learnedWeights() },
      { ...spec, balance: learnedWeights('uncertainty', { initial: 1 }) },
      training({ steps: 31 }),
      training({ learningRate: 0.3 }),
    ].map((each) => sceneRunId(each));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('does not change with how often a run is looked at or saved', () => {
    expect(sceneRunId(training({ evalEvery: 7, checkpointEvery: 9 }))).toBe(sceneRunId(spec));
  });

  test('is that of the values without their defaults, in any order of keys', () => {
    const { zoom: _, jitter: __, ...plain } = spec.config.training;
    const { gaps: ___, ...data } = spec.config.data as Record<string, unknown>;
    const older = { ...spec, config: { ...spec.config, training: plain, data } } as never;
    expect(sceneRunId(older)).toBe(sceneRunId(spec));
    const reversed = Object.fromEntries(Object.entries(spec.config.training).reverse());
    expect(sceneRunId(training(reversed))).toBe(sceneRunId(spec));
    expect(sceneRunId(training({ zoom: 1.5 }))).not.toBe(sceneRunId(spec));
    const found = { ...spec.config, data: profiles.paper.data };
    // Computed once and kept: a change of this id loses the runs that people have made.
    expect(sceneRunId({ ...spec, config: found }, 'frames')).toBe(
      'semantic-depth.fixed.32x64.seed-1.8859ae979950',
    );
  });

  test('of data in a folder depends on what was found there, not on where it is', () => {
    const at = (root: string): SceneSpec => ({
      ...spec,
      config: {
        ...spec.config,
        data: configSchema.shape.data.parse({
          ...{ source: 'folder', root, maxTrain: null, maxVal: null },
        }),
      },
    });
    expect(sceneRunId(at('/a'), 'frames')).toBe(sceneRunId(at('/b'), 'frames'));
    expect(sceneRunId(at('/a'), 'frames')).not.toBe(sceneRunId(at('/a'), 'other frames'));
  });
});

test('a folder is worked on by one process at a time; a dead one’s lock is taken over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'replicate-lock-'));
  // Process 1 is always there.
  await writeFile(join(folder, 'lock'), '1');
  await expect(alone(folder, () => Promise.resolve())).rejects.toThrow(
    `${folder}: process 1 is working on this run`,
  );
  // Beyond the largest process number of Linux.
  await writeFile(join(folder, 'lock'), String(2 ** 22 + 1));
  await expect(alone(folder, () => Promise.resolve('done'))).resolves.toBe('done');
  expect(await readdir(folder)).toEqual([]);
});

test('a thinned series keeps both ends', () => {
  expect(thinned([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 3, 6, 9]);
  expect(thinned([1, 2], 4)).toEqual([1, 2]);
});

test('plan lists experiments by their commands, and knows them by their own names too', () => {
  const program = new Command();
  addPlanCommand(program);
  const [plan] = program.commands;
  const named = (of: Command, name: string) => of.commands.find((one) => one.name() === name);
  const paper = named(plan, 'ruder2017');
  expect(paper?.commands.map((one) => one.name())).toContain('scenes');
  const flags = (of: Command | undefined) => of?.options.map((option) => option.flags);
  expect(flags(named(plan, 'scenes'))).toEqual(flags(paper && named(paper, 'scenes')));
  expect(plan.helpInformation()).toMatch(/^ {2}ruder2017 /m);
  expect(plan.helpInformation()).not.toMatch(/^ {2}scenes /m);
});

test('an experiment is known by its command, and by its own name alone', () => {
  expect(withoutPaper(['ruder2017', 'scenes', '--x'])).toEqual(['scenes', '--x']);
  for (const words of [['scenes', '--x'], ['ruder2017', 'table1'], ['ruder2017'], []]) {
    expect(withoutPaper(words)).toEqual(words);
  }
  expect(contents.filter((entry) => !isNamedAlone(entry))).toEqual([]);
});

test('a variant is an experiment with flags that it has', () => {
  expect(parseVariant('table1  --tune-rates 0.05,0.1', experiments)).toEqual({
    name: 'table1',
    flags: '--tune-rates 0.05,0.1',
  });
  expect(() => parseVariant('table3 --x', experiments)).toThrow(
    /--also table3 --x: table3 is no experiment/,
  );
  expect(() => parseVariant('table1', experiments)).toThrow(/expected flags of table1/);
  expect(() => parseVariant('table1 --rate 1', experiments)).toThrow(/unknown option '--rate'/);
  expect(() => parseVariant('table1 --tune-rates fast', experiments)).toThrow(/--tune-rates/);
});

describe('from the command line', () => {
  let runs: string;
  const flags = ['--profile', 'smoke', '--set', 'data.train=8', 'data.val=4', 'training.steps=4'];

  beforeAll(async () => {
    runs = await mkdtemp(join(tmpdir(), 'replicate-experiment-'));
  });

  test('plan, two runs at a time, plan again', async () => {
    const place = ['--runs', runs];
    expect(await replicate('plan', 'table1', ...place, ...flags)).toContain('9 of 9 runs to do');
    const one = ['plan', 'table1', '--rows', 'depth-only', '--tune-rates', '0.1,0.2'];
    const tuned = await replicate(...one, ...place, ...flags);
    expect(tuned).toMatch(/depth 1\) 32×64 seed 1 training\.learningRate=0\.2 .*to do/);
    expect(tuned).toMatch(/2 of 2 runs to do, .* Then 1 more, which these decide\./);
    const rows = ['--rows', 'depth-only,semantic-only', '--jobs', '2', '--threads', '1'];
    const table = await replicate('table1', ...rows, ...place, ...flags);
    expect(table).toContain('Inverse depth only');
    const plan = await replicate('plan', 'table1', ...place, ...flags);
    expect(plan).toMatch(/7 of 9 runs to do, about \d+:\d\d with one run at a time/);
  });

  test('plan of another paper’s experiment', async () => {
    const study = ['caruana1997', 'inputs-as-outputs', '--trials', '1', '--runs', runs];
    expect(await replicate('plan', ...study)).toMatch(/(\d+) of \1 runs to do/);
  });

  test('publish what was run, and report on it', async () => {
    const place = ['--runs', runs];
    const results = join(runs, 'published');
    const published = await replicate('publish', '--out', results, ...place, ...flags);
    expect(published).toContain('2 runs');
    // A changed profile is a group of its own.
    const [name, ...others] = await readdir(results);
    expect(name).toMatch(/^smoke-.*steps/);
    expect(others).toEqual([]);
    const folder = join(results, name);
    expect((await readdir(folder)).sort()).toEqual([
      ...['curves.json.br', 'group.json', 'measured.json.br', 'runs.jsonl'],
    ]);
    const group = await readFile(join(folder, 'group.json'), 'utf8');
    expect(group).not.toContain(runs);
    // What was published stays, also without the runs it was made from.
    const before = await readFile(join(folder, 'runs.jsonl'), 'utf8');
    await rename(join(runs, 'trained'), join(runs, 'elsewhere'));
    expect(await replicate('publish', '--out', results, ...place, ...flags)).toContain('2 runs');
    expect(await readFile(join(folder, 'runs.jsonl'), 'utf8')).toBe(before);
    await rm(join(runs, 'trained'), { recursive: true, force: true });
    await rename(join(runs, 'elsewhere'), join(runs, 'trained'));

    // As in the repository, where the pages lie in the folder they are made from.
    const again = join(runs, 'repository');
    await cp(results, join(again, 'results'), { recursive: true });
    const report = async (...more: string[]) => {
      await replicate('report', '--results', join(again, 'results'), '--out', again, ...more);
      return readFile(join(again, 'RESULTS.md'), 'utf8');
    };
    expect(await report()).toContain('table1');
    expect(existsSync(join(again, 'results', 'report.html'))).toBe(false);
    const html = join(runs, 'site', 'report.html');
    await report('--html', html);
    expect(await readFile(html, 'utf8')).toContain(' id="table1"');

    const also = ['--also', 'table1 --sizes 32x64', '--out', results, ...place, ...flags];
    const twice = async (...more: string[]) => {
      await replicate('publish', ...more);
      await cp(results, join(again, 'results'), { recursive: true });
      const text = await report();
      const claims = await readFile(join(again, 'results', 'claims.md'), 'utf8');
      return {
        pages: text.match(/^- \[Table 1.*$/gm),
        notRun: claims.match(/table1[^,]* \(5 claims\)/g),
      };
    };
    const both = {
      pages: [
        expect.stringMatching(/uncertainty weighting\]\(results\/table1\.md/),
        expect.stringMatching(/uncertainty weighting, with --sizes 32x64\]/),
      ],
      notRun: ['table1 (5 claims)', 'table1 --sizes 32x64 (5 claims)'],
    };
    expect(await twice(...also)).toEqual(both);
    // Published again without a word of it, it stays.
    expect(await twice(...also.slice(2))).toEqual(both);
  });
});
