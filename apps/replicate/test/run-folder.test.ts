import { cp, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listCheckpoints } from '@scene-mtl/core';
import { alone, makeExperiment } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { keptConfig } from '../src/config/kept.ts';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { exportRun } from '../src/export/export-run.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { experiments } from '../src/papers/index.ts';
import { predictPhotos } from '../src/predict/predict-photos.ts';
import { withInitial } from '../src/run/initial.ts';
import { scenes } from '../src/scenes/program.ts';
import { trainRun, type TrainRunOptions } from '../src/train/train-run.ts';
import { scratch, tinyConfig, tinyRun, type Scratch } from './tiny-run.ts';

let place: Scratch;
let first: string;
beforeAll(async () => {
  place = await scratch();
  first = (await tinyRun(place, 'first')).folder;
});
afterAll(() => rm(place.runs, { recursive: true, force: true }));

const [table] = experiments.filter(({ name }) => name === 'table1');

/** The row of Table 1 for one task. */
const table1 = (config: Config, runs: string, compile: CompileOptions = { threads: 1 }) =>
  makeExperiment({
    ...{ experiment: table, program: scenes, config, runs, compile },
    ...{ kept: keptConfig(config), flags: { rows: 'depth-only' }, name: 'table1' },
    ...{ jobs: 1, dataWorkers: 0, grids: 0, command: 'test' },
  });

/** Every file of a folder with its content. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    // Events are named after the second in which they begin.
    .filter((entry) => entry.isFile() && !entry.name.startsWith('events.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const read = async (name: string) =>
    [name.slice(folder.length), (await readFile(name)).toString('base64')] as const;
  return Object.fromEntries(await Promise.all(names.map(read)));
}

/** A copy of the first run that was stopped before its last checkpoint. */
async function stopped(name: string, at: Scratch = place): Promise<string> {
  const folder = join(at.runs, name);
  await cp(first, folder, { recursive: true });
  for (const file of ['result.json', 'checkpoints/step-00000008.json']) {
    await rm(join(folder, file));
  }
  return folder;
}

/** A data set of its own that a test may change. */
async function ownData(name: string): Promise<Scratch> {
  const tree = join(place.runs, 'data', name);
  await cp(place.tree, tree, { recursive: true });
  return { ...place, tree };
}

/** Paths of a kind of file in training. */
const filesOf = async (tree: string, ending: string): Promise<string[]> =>
  (await readdir(tree, { recursive: true }))
    .filter((name) => name.includes('train') && name.endsWith(ending))
    .sort()
    .map((name) => join(tree, name));

/** Gives two training frames each other's labels. */
async function relabel(tree: string): Promise<void> {
  const [a, b] = await filesOf(tree, 'labelIds.png');
  await rename(a, `${a}.was`);
  await rename(b, a);
  await rename(`${a}.was`, b);
}

describe('data that change under the same names', () => {
  test('are refused by a finished run and by one that goes on, which stay as they are', async () => {
    const own = await ownData('relabelled');
    await stopped('goes-on');
    const before = await contentOf(place.runs);
    await relabel(own.tree);
    for (const name of ['first', 'goes-on']) {
      await expect(tinyRun(own, name)).rejects.toThrow(
        // 16 frames of photograph, labels, objects, disparity and camera.
        new RegExp(
          `/${name}: this run was made from other data than what is now in .*/relabelled: of 80 files 2 changed \\(gtFine/train/.*labelIds\\.png, .*Make a new run`,
        ),
      );
    }
    const after = await contentOf(place.runs);
    for (const name of Object.keys(before).filter((file) => /first|goes-on/.test(file))) {
      expect(after[name] === before[name]).toBe(true);
    }
    expect((await tinyRun(own, 'new')).result).not.toEqual((await tinyRun(place, 'first')).result);
  });

  test('a frame that is gone and one that came are named', async () => {
    const own = await ownData('smaller');
    const [photo] = await filesOf(own.tree, 'leftImg8bit.png');
    const id = photo.slice(photo.lastIndexOf('/') + 1, -'_leftImg8bit.png'.length);
    for (const file of await filesOf(own.tree, '')) {
      if (file.includes(`${id}_`)) await rename(file, file.replace('_000000_', '_000099_'));
    }
    await expect(tinyRun(own, 'first')).rejects.toThrow(
      /of 85 files 5 missing \(.* and 2 more\), 5 new \(/,
    );
  });

  test('moved, copied or touched are the same: a run goes on to the same bytes', async () => {
    const moved = await ownData('elsewhere');
    const time = new Date(1e12);
    for (const file of await filesOf(moved.tree, '.png')) await utimes(file, time, time);
    const folder = await stopped('moved');
    await tinyRun(moved, 'moved');
    for (const file of ['result.json', 'metrics.jsonl', 'checkpoints/step-00000008.safetensors']) {
      const [a, b] = await Promise.all([first, folder].map((at) => readFile(join(at, file))));
      expect(a.equals(b)).toBe(true);
    }
    // And back, finished.
    await tinyRun(place, 'moved');
  });

  test('of a run of before are not known: it goes on, and they are recorded', async () => {
    const folder = await stopped('before');
    const description = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as object;
    await writeFile(
      join(folder, 'run.json'),
      JSON.stringify({ ...description, configHash: undefined }),
    );
    await rm(join(folder, 'data.json'));
    await expect(tinyRun(place, 'before')).rejects.toThrow(/belongs to configuration/);
    // Its hash then had the place of its data in it, as that of a run whose checkpoints say so.
    const { trainRunHash } = await import('../src/run/identity.ts');
    const { readDescription } = await import('../src/run/description.ts');
    const hash = trainRunHash(await readDescription(folder));
    for (const step of await listCheckpoints(join(folder, 'checkpoints'))) {
      const file = join(folder, `checkpoints/step-${String(step).padStart(8, '0')}.json`);
      const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...manifest, configHash: hash }));
    }
    const { result } = await tinyRun(place, 'before');
    expect(result).toEqual((await tinyRun(place, 'first')).result);
    expect(await readFile(join(folder, 'data.json'), 'utf8')).toBe(
      await readFile(join(first, 'data.json'), 'utf8'),
    );
    expect(await readFile(join(folder, 'run.json'), 'utf8')).toContain(hash);
  });
});

describe('data of a table', () => {
  test('that change are refused, its finished runs stay; moved ones are the same', async () => {
    const own = await ownData('of a table');
    const runs = join(place.runs, 'tables');
    await table1(await tinyConfig(own), runs);
    const before = await contentOf(runs);
    const moved = { ...own, tree: join(place.runs, 'data', 'moved table') };
    await rename(own.tree, moved.tree);
    await table1(await tinyConfig(moved), runs);
    await relabel(moved.tree);
    await expect(table1(await tinyConfig(moved), runs)).rejects.toThrow(
      /trained\/depth\..*: this run was made from other data than what is now in .*moved table: of 80 files 2 changed/,
    );
    const after = await contentOf(runs);
    for (const name of Object.keys(before).filter((file) => file.includes('trained'))) {
      expect(after[name] === before[name]).toBe(true);
    }
  });
});

describe('a folder that another process works in', () => {
  test('is refused at once, and a finished run is given without a lock', async () => {
    const folder = await stopped('locked');
    await alone(folder, async () => {
      await expect(tinyRun(place, 'locked')).rejects.toThrow(
        `${folder}: process ${process.pid} is working on this run; wait for it, or stop it first`,
      );
    });
    await alone(first, () => tinyRun(place, 'first'));
    expect((await readdir(first)).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  test('what a killed one left of checkpoints goes when the run goes on', async () => {
    const folder = await stopped('orphans');
    const left = [
      'checkpoints/step-00000005.safetensors',
      'checkpoints/step-00000005.json.1.partial',
    ];
    for (const name of [...left, 'result.json.2.partial']) await writeFile(join(folder, name), '');
    await tinyRun(place, 'orphans');
    expect(Object.keys(await contentOf(folder))).toEqual(Object.keys(await contentOf(first)));
  });
});

describe('checkpoints that are not those of the run', () => {
  /** A copy of the first run with another run's checkpoint, or without its tensors. */
  const broken = {
    async 'of another run'(folder: string) {
      const { folder: other } = await tinyRun(place, 'other', {
        config: await tinyConfig(place, 'training.learningRate=0.01'),
      });
      for (const ending of ['json', 'safetensors']) {
        const name = `checkpoints/step-00000008.${ending}`;
        await cp(join(other, name), join(folder, name));
      }
      return /step-00000008\.json: this checkpoint belongs to configuration \w+, the run is \w+/;
    },
    async 'of a run on other data'(folder: string) {
      const own = await ownData('other-data');
      await relabel(own.tree);
      const { folder: other } = await tinyRun(own, 'on-other-data');
      for (const ending of ['json', 'safetensors']) {
        const name = `checkpoints/step-00000008.${ending}`;
        await cp(join(other, name), join(folder, name));
      }
      return /step-00000008\.json: this checkpoint belongs to configuration \w+, the run is \w+/;
    },
    async 'whose tensors are gone'(folder: string) {
      await rm(join(folder, 'checkpoints/step-00000008.safetensors'));
      return /step-00000008\.safetensors: not there, but .*step-00000008\.json says/;
    },
    async 'with the tensors of another'(folder: string) {
      const [other] = await listCheckpoints(join(folder, 'checkpoints'));
      const name = (step: number) => `checkpoints/step-0000000${step}.safetensors`;
      await cp(join(folder, name(other)), join(folder, name(8)));
      return /step-00000008\.safetensors: its SHA-256 is not the one in/;
    },
  } as const;

  test.each(Object.entries(broken))('%s are refused by every command', async (what, spoil) => {
    const name = `mixed ${what}`.replaceAll(' ', '-');
    const run = join(place.runs, name);
    await cp(first, run, { recursive: true });
    const message = await spoil(run);
    const [image] = await filesOf(place.tree, 'leftImg8bit.png');
    const compile = { threads: 1 };
    const shared = { run, checkpoint: 'last', compile } as const;
    const out = join(place.runs, 'out');
    const commands = {
      evaluate: () => evaluateRun({ ...shared, split: 'val' }),
      predict: () => predictPhotos({ ...shared, images: [image], out }),
      export: () => exportRun({ ...shared, format: 'tfjs', batchSize: 1, out }),
      async init() {
        return withInitial(await tinyConfig(place), [`${run}:shared`], place.runs);
      },
      async train() {
        await rm(join(run, 'result.json'));
        return tinyRun(place, name);
      },
    };
    for (const command of Object.values(commands)) await expect(command()).rejects.toThrow(message);
    expect(await readdir(place.runs)).not.toContain('out');
  });

  test('are those of the last checkpoint and of the best alike', async () => {
    const run = join(place.runs, 'mixed-best');
    await cp(first, run, { recursive: true });
    const [best] = await listCheckpoints(join(run, 'checkpoints'));
    const file = join(run, `checkpoints/step-0000000${best}.json`);
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(/"configHash": "\w+"/, '"configHash": "x"'),
    );
    for (const checkpoint of ['last', best] as const) {
      await expect(
        evaluateRun({ run, split: 'val', checkpoint, compile: { threads: 1 } }),
      ).rejects.toThrow(`${file}: this checkpoint belongs to configuration x`);
    }
  });
});

describe('a wrong flag leaves nothing behind', () => {
  const cases: Record<string, [set: string[], changes: Partial<TrainRunOptions>, message: RegExp]> =
    {
      'the data is not there': [['data.root=/no/such'], {}, /\/no\/such: there is no such folder/],
      'a size that the network cannot have': [['size.height=33'], {}, /33/],
      'a task that the data lacks': [[], { tasks: ['semantic', 'left'] }, /no annotation for left/],
      'a metric of no task': [[], { select: 'depth/iou' }, /--select depth\/iou: expected/],
      'a balancer that is not there': [
        [],
        { balance: { name: 'magic', options: {} } },
        /balancer magic/,
      ],
      'an option of another balancer': [
        [],
        { balance: { name: 'equal', options: { temperature: 1 } } },
        /temperature/,
      ],
      'a part that is not there': [['network.freeze=["semantc"]'], {}, /semantc/],
      'weights that are not there': [
        ['network.init=[{"checksum":"0123456789abcdef","folder":"/no/run","parts":["shared"]}]'],
        {},
        /\/no\/run/,
      ],
      'more frames held out than there are': [['data.holdOut=99'], {}, /99/],
      'an engine that is not installed': [
        [],
        { compile: { engine: 'tensorflow' } },
        /tensorflow|tfjs-node/,
      ],
    };

  const kinds = { 'generated scenes': false, 'a folder of data': true };
  const wrong = Object.entries(kinds).flatMap(([kind, given]) =>
    Object.entries(cases)
      // Scenes that are generated have no place.
      .filter(([, [set]]) => given || !set.some((text) => text.startsWith('data.root')))
      .map(([what, [set, changes, message]]) => ({
        ...{ kind, given, what, set, changes, message },
      })),
  );

  test.each(wrong.filter(({ changes }) => !changes.tasks && !changes.select && !changes.balance))(
    'of a table: $what, on $kind',
    async ({ given, set, changes, message }) => {
      const runs = await mkdtemp(join(tmpdir(), 'replicate-flags-'));
      const config = await configured(profiles.smoke, { set, ...(given && { data: place.tree }) });
      await expect(table1(config, runs, changes.compile)).rejects.toThrow(message);
      expect(await readdir(runs)).toEqual([]);
      await rm(runs, { recursive: true });
    },
  );

  test.each(wrong)('$what, on $kind', async ({ given, set, changes, message }) => {
    const runs = await mkdtemp(join(tmpdir(), 'replicate-flags-'));
    const config = await configured(profiles.smoke, { set, ...(given && { data: place.tree }) });
    const run: TrainRunOptions = {
      ...{ config, runs, name: 'run', seed: 1, command: 'test', compile: { threads: 1 } },
      balance: { name: 'uncertainty', options: {} },
      ...changes,
    };
    await expect(trainRun(run)).rejects.toThrow(message);
    expect(await readdir(runs)).toEqual([]);
    await rm(runs, { recursive: true });
  });
});
