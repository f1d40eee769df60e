import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { drawPlants } from '@scene-mtl/datasets/testing';
import { initData } from '../src/commands/data/init.ts';
import { check } from '../src/commands/data/check.ts';
import { configured } from '../src/config/overrides.ts';
import { profiles } from '../src/config/profiles.ts';
import { ALL, openStored } from '../src/data/stored-data.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { evaluateRun } from '../src/predict/evaluate-run.ts';
import { predictPhotos } from '../src/predict/predict-photos.ts';
import { openedAs, summaryOf } from '../src/scenes/data.ts';
import type { SceneData } from '../src/scenes/kind.ts';
import { trainRun } from '../src/train/train-run.ts';
import { rendered, street } from './records.ts';

let folder = '';
let plants = '';
let data: SceneData;

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'own data '));
  plants = join(folder, 'plants');
  await drawPlants(plants, 10);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('a first description is written, said, and never replaces one unasked', async () => {
  const lines = await initData(plants);
  expect(lines).toContain(
    'depth: depth/{id}.npy: depth: NumPy [32, 64], numbers as they are; 3 of 10 images have none',
  );
  expect(lines.at(-1)).toBe(`  npm run replicate -- table1 --profile smoke --data '${plants}'`);
  const file = join(plants, 'dataset.json');
  const before = await readFile(file, 'utf8');
  await expect(initData(plants)).rejects.toThrow(/dataset\.json: there already; .* --force/);
  expect(await readFile(file, 'utf8')).toBe(before);
  await initData(plants, { force: true });
  data = summaryOf(await openStored({ root: plants, limits: ALL, holdOut: null }));
});

test('a check speaks of the data alone', async () => {
  const { summary, problems, notes } = await check(plants);
  expect(problems).toEqual([]);
  expect(notes).toContain('masks: 2 of 10 frames have no label; they train the other tasks alone');
  expect(summary[0]).toBe('depth (depth): in 7 of 10 frames');
  // A leaf is 2 m away, soil 4 − row / 16 from row 21 to 31: 2.0625 m at least.
  expect(summary[1]).toMatch(/^ {2}from 2 m to 2\.688 m, mean 2\.\d+ m; known \d\d\.\d %$/);
  expect(summary.join()).not.toMatch(/cityscapes/i);
});

const contextOf = async (own: SceneData, flags: Record<string, string> = {}) => ({
  config: await configured(profiles.smoke, { set: [], data: plants }),
  data: own,
  options: table1.options(flags),
});

const withTasks = (...names: string[]): SceneData => ({
  ...data,
  tasks: names,
  annotations: Object.fromEntries(names.map((name) => [name, { kind: 'depth', unit: 'cm' }])),
});

test('Table 1 of own tasks: each alone, the sum, all; units of the data; dashes for what was not run', async () => {
  const { tables, verdicts } = await rendered(table1, await contextOf(data), []);
  const { rows, columns, notes = [] } = tables[0].table;
  expect(rows.map(({ header }) => header)).toEqual([
    'Trivial: majority class, mean depth',
    'Masks only',
    'Depth only',
    'Unweighted sum of losses',
    'Uncertainty weighting, 2 tasks',
  ]);
  expect(columns.map(({ name, unit }) => [name, unit])).toEqual([
    ['masks', undefined],
    ['depth', undefined],
    ['Masks IoU', '%'],
    ['Depth mean error', 'm'],
    ['Depth RMS', 'm'],
  ]);
  expect(rows[3].cells.slice(0, 3)).toEqual(['0.5', '0.5', { value: null, n: 0 }]);
  expect(notes).toContain(
    'Data: depth: 3 of 10 frames have no label; they train the other tasks alone.',
  );
  expect(verdicts).toEqual([]);
});

test('labels of whole frames are tasks of a table too', async () => {
  const digits: SceneData = {
    ...{ name: 'digits', frames: { train: 8, val: 2 }, tasks: ['left', 'right'] },
    ...{ classes: [], palette: [], instanceClasses: [] },
    annotations: {
      left: { kind: 'label', classes: ['0', '1'] },
      right: { kind: 'numbers', length: 1 },
    },
  };
  const { tables } = await rendered(table1, await contextOf(digits), []);
  expect(tables[0].table.columns.map(({ name }) => name)).toEqual([
    ...['left', 'right', 'Left accuracy', 'Right RMS'],
  ]);
});

test('pairs of three and four tasks are rows, those of five are asked for; methods come last', async () => {
  const slugs = async (own: SceneData, flags: Record<string, string> = {}) => {
    const runs = table1.stages(await contextOf(own, flags), { summary: () => undefined } as never);
    return [...runs].flat().map(({ label }) => label.replace('/seed-1', ''));
  };
  expect(await slugs(withTasks('a', 'b', 'c'), { balancer: 'uw+gradnorm,DWA' })).toEqual([
    ...['a-only', 'b-only', 'c-only', 'equal-weights'],
    ...['uncertainty-a-b', 'uncertainty-a-c', 'uncertainty-b-c', 'uncertainty-a-b-c'],
    ...['balancer-uncertainty-gradnorm', 'balancer-dynamic-average'],
  ]);
  expect(await slugs(withTasks('a', 'b', 'c', 'd'))).toHaveLength(4 + 1 + 6 + 1);
  const five = withTasks('a', 'b', 'c', 'd', 'e');
  expect(await slugs(five)).toHaveLength(5 + 1 + 1);
  expect(await slugs(five, { pairs: 'e+a,b+c' })).toContain('uncertainty-a-e');
  expect(await slugs(five, { pairs: 'all' })).toHaveLength(5 + 1 + 10 + 1);
  expect(await slugs(withTasks('a'))).toEqual(['a-only']);
  const { tables } = await rendered(table1, await contextOf(five), []);
  expect(tables[0].table.notes).toContain(
    'No pairs: 5 tasks have 10; --pairs all or --pairs a+b,… trains them.',
  );
});

test.each<[Record<string, string>, RegExp]>([
  [{ pairs: 'a+z' }, /--pairs a\+z: expected all, none or two tasks as a\+b; tasks are a, b/],
  [{ pairs: 'a+a' }, /--pairs a\+a: expected/],
  [{ rows: 'z-only' }, /--rows z-only: no such row; did you mean a-only/],
  [{ balancer: 'fixed' }, /--balancer fixed: expected a method that finds the weights itself/],
  [{ balancer: 'gradnrom' }, /balancer gradnrom: expected one of/],
])('flags that cannot be are refused: %j', async (flags, message) => {
  await expect(
    (async () => {
      const context = await contextOf(withTasks('a', 'b'), flags);
      return [...table1.stages(context, { summary: () => undefined } as never)];
    })(),
  ).rejects.toThrow(message);
});

test('the paper’s tasks keep the paper’s table, with methods below it', async () => {
  const config = await configured(profiles.smoke, { set: ['data.derive=["edges"]'] });
  const context = {
    config,
    data: { ...street, tasks: [...street.tasks, 'edges'] },
    options: table1.options({ balancer: 'mgda' }),
  };
  const { tables } = await rendered(table1, context, []);
  expect(tables[0].table.rows).toHaveLength(11);
  expect(tables[0].table.rows[10].header).toBe('Balanced by mgda (MGDA), 3 tasks');
  const asked = { ...context, options: table1.options({ pairs: 'none' }) };
  await expect(rendered(table1, asked, [])).rejects.toThrow(/--pairs: the table of the paper/);
});

test('what labels mean is part of what identifies the data', async () => {
  const dataset = await openStored({ root: plants, limits: ALL, holdOut: null });
  const config = await configured(profiles.smoke, { set: [], data: plants });
  const inches = { ...dataset.annotations, depth: { kind: 'depth', unit: 'in' } } as const;
  const { fingerprint } = openedAs(config, dataset);
  expect(openedAs(config, { ...dataset, annotations: inches }).fingerprint).not.toBe(fingerprint);
});

test('a run on own tasks is whole: trained, evaluated, predicted with', async () => {
  const set = ['training.steps=2', 'training.evalEvery=2', 'training.checkpointEvery=2'];
  const config = await configured(profiles.smoke, { set, data: plants, frames: 6 });
  expect(config.data).toMatchObject({ maxTrain: 6, maxVal: 6 });
  const { folder: run } = await trainRun({
    ...{ config, runs: join(folder, 'runs'), name: 'mine', seed: 1, tasks: undefined },
    balance: { name: 'uncertainty', options: {} },
    select: undefined,
    compile: { threads: 1 },
    dataWorkers: 1,
    command: 'test',
  });
  const { metrics, units } = await evaluateRun({
    ...{ run, split: 'val', checkpoint: 'last', compile: { threads: 1 } },
  });
  expect(Object.keys(metrics)).toEqual(
    expect.arrayContaining(['masks/iou', 'masks/iou/class_2', 'depth/meanError', 'depth/absRel']),
  );
  expect(units['depth/meanError']).toBe('m');
  const out = join(folder, 'out');
  await mkdir(out);
  const written = await predictPhotos({
    ...{ run, checkpoint: 'last', out, compile: { threads: 1 } },
    images: [join(plants, 'images', 'plant_000.png')],
  });
  expect(written.map((path) => path.slice(out.length + 1)).sort()).toEqual([
    'depth/plant_000_depth.png',
    'masks/plant_000_trainIds.png',
    'overlay/plant_000_depth.png',
    'overlay/plant_000_masks.png',
    'side-by-side/plant_000.png',
  ]);
});

test('from a folder to the report in two commands', async () => {
  const cli = compiled(new URL('../src/cli.ts', import.meta.url));
  const replicate = (...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [cli, ...args], (error, output, stderr) =>
        error ? reject(new Error(stderr)) : resolve(output),
      );
    });
  const root = join(folder, 'garden');
  const runs = join(folder, 'table');
  await drawPlants(root, 10);
  await replicate('data', 'init', root);
  const quick = ['training.steps=4', 'training.warmUp=1', 'strips=1'];
  const output = await replicate(
    ...['table1', '--profile', 'smoke', '--data', root, '--runs', runs],
    ...[
      '--rows',
      'masks-only,uncertainty-masks-depth',
      '--threads',
      '1',
      '--data-workers',
      '0',
      '--set',
      ...quick,
    ],
  );
  expect(output).toMatch(/\| Uncertainty weighting, 2 tasks +\| +✓ \| +✓ \| +\**\d/);
  expect(output).toContain('Data: garden, 8 training and 2 validation frames');
  const report = await readFile(join(runs, 'table1-smoke-garden', 'report.html'), 'utf8');
  expect(report).toContain('Masks IoU');
});
