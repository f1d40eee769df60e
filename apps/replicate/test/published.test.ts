import { texts } from '../src/results/texts.ts';
import { readRgb, smallPng } from '../src/measure/small-png.ts';
import { runConfig } from '../src/scenes/spec.ts';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import {
  runsOf,
  resultsFiles,
  writeGroup,
  type ResultsFile,
  type ResultsGroup,
  type RunSummary,
} from '@scene-mtl/lab';
import { sceneRunId } from '../src/scenes/program.ts';
import { type ProfileName, profiles } from '../src/config/profiles.ts';
import { parseConfig } from '../src/config/schema.ts';
import { figure2 } from '../src/papers/kendall2018/figure2/figure2.ts';
import { experiments } from '../src/papers/index.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { publishedGroups } from '../src/results/published.ts';
import type { SceneContext } from '../src/scenes/kind.ts';
import { resultsOf, street } from './records.ts';

/** Measurements are often of later code than the training. */
const measured = {
  a: { version: 1, commit: '0123abcd', value: null },
  b: { version: 1, value: null },
};

/** Published results of the first seed alone: these rows of Table 1, and nothing else. */
async function publishRows(root: string, profile: ProfileName, rows: string): Promise<void> {
  const config = parseConfig({ ...profiles[profile], seeds: [1, 2, 3] }, profile);
  const options = table1.options({ rows });
  const context: SceneContext<typeof options> = { config, data: street, options };
  const variants = profile === 'quick' ? [{ name: 'table1', flags: '--sizes 64x128' }] : [];
  const flags = `--profile ${profile}`;
  const runs = new Map<string, RunSummary>();
  for (const { spec } of runsOf(table1, context, resultsOf(context, []))) {
    if (spec.seed !== 1) continue;
    const { tasks, balance, seed } = spec;
    const metrics = { 'semantic/iou': 50, 'depth/meanError': 0.5 };
    const series = { [`loss/${tasks[0]}`]: [[1, 2] as const, [2, 1] as const] };
    const made = {
      tasks,
      seed,
      metrics,
      series,
      weighting: balance.name,
      options: balance.options,
    };
    runs.set(sceneRunId(spec), resultsOf(context, [made]).summary(spec)!);
  }
  await writeGroup(
    join(root, profile),
    { profile, config, data: street, fingerprint: null, flags, variants },
    { config: runConfig(config) },
    { runs, measured: new Map([[[...runs.keys()][0], measured]]), pictures: new Map() },
  );
}

let groups: ResultsGroup[];

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'replicate-published-'));
  await publishRows(root, 'quick', 'semantic-only,equal-weights,uncertainty-semantic-depth');
  await publishRows(root, 'standard', 'semantic-only,depth-only');
  await publishRows(root, 'camvid', 'semantic-only');
  await mkdir(join(root, 'figures'));
  groups = await publishedGroups(root, experiments);
});

test('larger profiles come first, whatever the cost of the others; seeds are those that were run', () => {
  // camvid has more px · steps than quick: 192·256·700·4 = 137.6e6 against 64·128·600·8 = 39.3e6.
  expect(groups.map(({ name }) => name.split(' ')[0])).toEqual(['standard', 'quick', 'camvid']);
  expect(groups.map(({ experiments: [{ seeds }] }) => seeds)).toEqual([1, 1, 1]);
});

test('an experiment that only shares runs with another one is not run', () => {
  const made = groups.map(({ experiments: all }) =>
    all.filter(({ artefacts }) => artefacts).map(({ name }) => name),
  );
  // Semantic alone and the learned pair are in figure 2 as well, where no grid stands beside them.
  expect(made).toEqual([['table1'], ['table1', 'table1-sizes-64x128'], ['table1']]);
  expect(groups[0].experiments.map(({ name }) => name)).toContain(figure2.name);
});

test('two rows of one seed make a report: rows, dashes, and a list of what was not run', async () => {
  const files = await resultsFiles(groups, texts, { read: readRgb, write: smallPng });
  const page = (path: string): string =>
    String(files.find((file: ResultsFile) => file.path === path)?.content);
  const markdown = page('results/claims.md');
  expect(page('results/table1.md')).toContain(
    '## standard / street: 128×256 px, 2000 steps, seed 1\n',
  );
  expect(files.some(({ path }) => /figure[2-9]/.test(path))).toBe(false);
  expect(markdown).toContain('- Not run at standard / street: table1 (5 claims), figure2, figure3');
  // Equal weights against semantic alone can be compared, over one seed.
  expect(markdown).toMatch(/gets worse than alone\]\(table1\.md\) \| – \| cannot tell/);
  expect(markdown).toContain(
    'table1 (4 of 5 claims), table1 --sizes 64x128 (4 of 5 claims), figure2',
  );
  expect(page('results/conditions.md')).toContain(
    '- commit of measurements: 0123abcd; not recorded',
  );
  // The same claim about other runs is no second verdict on the first ones.
  expect(markdown).toContain('gets worse than alone (--sizes 64x128)](table1');
});
