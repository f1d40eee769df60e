import * as tf from '@tensorflow/tfjs';
import { describeGroup } from '../src/results/describe-group.ts';
import { streetSample } from '@scene-mtl/data/testing';
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { type Table, toLatex, toMarkdown } from '@scene-mtl/eval';
import { runsOf, makeExperiment } from '@scene-mtl/lab';
import { sceneRunId, scenes } from '../src/scenes/program.ts';
import { keptConfig } from '../src/config/kept.ts';
import { configured } from '../src/config/overrides.ts';
import { type ProfileName, profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { figure2 } from '../src/papers/kendall2018/figure2/figure2.ts';
import { camvidPublished } from '../src/papers/kendall2018/table1/camvid-published.ts';
import { enlargedClasses } from '../src/papers/kendall2018/table1/enlarge.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import { testScores, type TestScores } from '../src/papers/kendall2018/table1/test-scores.ts';
import type { SceneData, SceneExperiment } from '../src/scenes/kind.ts';
import { runConfig } from '../src/scenes/spec.ts';
import { madeFrame, placeOf } from './made-place.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

beforeAll(async () => {
  tf.env().set('PROD', true);
  await tf.setBackend('cpu');
});

const data: SceneData = {
  ...street,
  name: 'camvid',
  tasks: ['semantic', 'instance'],
  frames: { train: 367, val: 101 },
};
const withWeights = (weights: object | null): Config => {
  const { encoder } = profiles.camvid.network;
  return {
    ...profiles.camvid,
    network: { ...profiles.camvid.network, encoder: { ...encoder, weights } as typeof encoder },
    seeds: [1, 2, 3],
  };
};
const config = withWeights(null);
const context = { config, data, options: table1.options({}) };

test('probabilities are enlarged between pixel centres, then the largest is taken', () => {
  // One row of two pixels, two classes: (1, 0) and (0.2, 0.8). Target centres at 4 px lie at source
  // −0.25, 0.25, 0.75, 1.25; outside they repeat the edge. Class 0: 1, 0.8, 0.4, 0.2.
  const row = Float32Array.of(1, 0, 0.2, 0.8);
  const [small, large] = [
    { height: 1, width: 2 },
    { height: 2, width: 4 },
  ];
  expect([...enlargedClasses(row, 2, small, large)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  // A size of its own is left as it is; an equal chance goes to the lower id.
  expect([...enlargedClasses(row, 2, small, small)]).toEqual([0, 1]);
  expect([
    ...enlargedClasses(Float32Array.of(0.5, 0.5), 2, { height: 1, width: 1 }, small),
  ]).toEqual([0, 0]);
});

test('the scores of a test split, by hand', async () => {
  // Truth: class 0 in the upper row, class 1 in the lower one, last pixel void. Guess: class 1 also at
  // (0, 0). IoU of 0: 3 of 4; of 1: 3 of 4; class 2 is nowhere.
  const made = madeFrame({
    ...{ id: 'a', height: 2, width: 4 },
    semantic: (y, x) => (y === 1 && x === 3 ? 255 : y),
    guess: (y, x) => (y === 0 && x === 0 ? 1 : y),
    instance: (y) => (y === 1 ? 1 : 0),
    vectorOff: () => 3,
  });
  const classes = [1, 0, 0, 0, 1, 1, 1, 1];
  const probabilities = Float32Array.from(classes.flatMap((k) => [0, 1, 2].map((c) => +(c === k))));
  const frame = {
    ...made,
    predictions: {
      ...made.predictions,
      semantic: { classes: Uint8Array.from(classes), probabilities },
    },
  };
  const { place } = placeOf([frame]);
  // At full size everything is of class 1, where the guess is half right.
  const size = { height: 360, width: 480 };
  const semantic = new Uint8Array(360 * 480).fill(1);
  const full = streetSample({ id: 'a', ...size, semantic });
  const dataset = { ...place.dataset, read: () => Promise.resolve(full) };
  const scores = await testScores.measure({ ...place, dataset });
  expect(scores.iou).toBeCloseTo(75, 10);
  expect(scores.instanceMeanError).toBeCloseTo(3, 10);
  // 2 × 4 → 360 × 480. Between the four pixels of the left upper corner class 1 has the probability
  // 1 − a (1 − d), a and d being the shares of the second column and the second row; further right
  // a is 1, further left 0. Class 1 wins where a (1 − d) < ½.
  let ones = 0;
  for (let r = 0; r < 360; r++) {
    const d = Math.min(1, Math.max(0, ((r + 0.5) * 2) / 360 - 0.5));
    for (let c = 0; c < 480; c++) {
      const a = Math.min(1, Math.max(0, ((c + 0.5) * 4) / 480 - 0.5));
      if ((1 - d) * a < 0.5) ones++;
    }
  }
  expect(scores.fullPixelAccuracy).toBeCloseTo((100 * ones) / (360 * 480), 2);
  expect(scores.fullClassAccuracy).toBeCloseTo(scores.fullPixelAccuracy!, 10);
  expect(scores.fullClassIou).toMatchObject({ road: 0, person: null });
  // A run of one task has no score of the other.
  const tasks = place.tasks.filter(({ name }) => name === 'instance');
  const alone = await testScores.measure({ ...place, tasks });
  expect(alone).toMatchObject({ iou: null, fullIou: null, fullClassIou: null });
  expect(alone.instanceMeanError).toBeCloseTo(3, 10);
});

const scores = (fullIou: number): TestScores => ({
  ...{ frames: 233, iou: fullIou - 1, fullIou, fullClassAccuracy: 60, fullPixelAccuracy: 85 },
  ...{ fullClassIou: { road: 90, car: 50, person: null }, instanceMeanError: 9, instanceRms: 12 },
});

const pair: MadeRun = {
  ...{ tasks: ['semantic', 'instance'], weighting: 'uncertainty', seed: 1 },
  metrics: { 'semantic/iou': 50, 'instance/meanError': 10 },
  measured: { 'test-scores': scores(45) },
};

test('rows with disparity show dashes, with the reason; fixed weights go on without it', async () => {
  const { tables, verdicts } = await rendered(table1, context, [pair]);
  const { rows, notes } = tables[0].table;
  const depthOnly = rows[3];
  expect(depthOnly.header).toBe('Inverse depth only');
  expect(depthOnly.cells.slice(3)).toContainEqual({ value: null, n: 0, published: 0.64 });
  expect(notes?.join('\n')).toContain('This data set has no annotation for depth');
  expect(notes?.join('\n')).toContain('instances are connected components');
  expect(notes?.join('\n')).toContain('from scratch');
  const asked = runsOf(table1, context, resultsOf(context, []));
  expect(asked.map(({ label }) => label).filter((label) => label.endsWith('seed-1'))).toEqual([
    'semantic-only/seed-1',
    'instance-only/seed-1',
    'equal-weights/seed-1',
    'optimal-weights/seed-1',
    'uncertainty-semantic-instance/seed-1',
  ]);
  expect(asked[6].spec.tasks).toEqual(['semantic', 'instance']);
  // The claims are about the pair: those on three tasks could not be judged here.
  expect(verdicts.map(({ claim }) => claim)).toEqual([
    'Learning two tasks with uncertainty weighting beats every single-task network (semantic and instance)',
    'Uncertainty weighting beats approximately optimal fixed weights (semantic and instance)',
    'Uncertainty weighting beats equal weights (semantic and instance)',
    'With equal weights the semantic task gets worse than alone (semantic and instance)',
  ]);
});

test('the weights called optimal are those of the configuration, where it has some', () => {
  const weights = { semantic: 0.9, instance: 0.1, depth: 0 };
  const own = { ...context, config: { ...config, optimalWeights: weights } };
  const run = (c: typeof context) =>
    runsOf(table1, c, resultsOf(c, [])).find(({ label }) => label === 'optimal-weights/seed-1');
  expect(run(own)?.spec.balance).toMatchObject({ options: { semantic: 0.9, instance: 0.1 } });
  const { optimalWeights: _, ...papers } = config;
  // Kendall et al. 2018, Table 1: 0.89, 0.01, 0.1.
  expect(run({ ...context, config: papers })?.spec.balance).toMatchObject({
    options: { semantic: 0.89, instance: 0.01 },
  });
  // They are no part of another run's identity.
  const id = (c: Config) => sceneRunId({ ...run(context)!.spec, config: runConfig(c) }, 'found');
  expect(id(own.config)).toBe(id(papers));
});

test('the test split is measured, and stands beside published networks', async () => {
  const asked = runsOf(table1, context, resultsOf(context, []));
  expect(asked.every(({ measurements }) => measurements?.[0] === testScores)).toBe(true);
  const elsewhere = { ...context, data: street };
  expect(runsOf(table1, elsewhere, resultsOf(elsewhere, []))[0].measurements).toBeUndefined();

  const second = { ...pair, seed: 2, measured: { 'test-scores': scores(47) } };
  const { tables } = await rendered(table1, context, [pair, second]);
  expect(tables.map(({ name }) => name)).toEqual(['table1', 'table1-test', 'table1-test-classes']);
  const [published, classes] = tables.slice(1).map(({ table }) => table);
  const ours = published.rows.find(({ header }) => header.includes('semantic + instance'))!;
  // 45 and 47: mean 46, deviation √2.
  expect(ours.cells[3]).toMatchObject({ value: 46, n: 2 });
  expect((ours.cells[3] as { sd: number }).sd).toBeCloseTo(Math.SQRT2, 12);
  expect(published.rows.slice(-camvidPublished.length).map(({ cells }) => cells[3])).toEqual(
    camvidPublished.map(({ iou }) => ({ value: iou })),
  );
  expect(classes.rows).toHaveLength(1);
  expect(classes.rows[0].cells[0]).toMatchObject({ value: 90, n: 2 });
  expect(classes.rows[0].cells[2]).toMatchObject({ value: null, n: 0 });
  for (const { table } of tables) {
    expect(toMarkdown(table).length + toLatex(table).length).toBeGreaterThan(100);
  }
});

test('runs from ImageNet weights and from scratch are groups of their own', () => {
  const group = (c: Config) => describeGroup({ profile: 'camvid', config: c, data }).name;
  const imageNet = withWeights({ checksum: '0123456789abcdef', folder: null });
  expect(group(config)).toBe('camvid / camvid, scratch');
  expect(group(imageNet)).toBe('camvid / camvid, ImageNet weights');
  const longer = describeGroup({
    profile: 'quick',
    changes: ['training.steps=6000'],
    config,
    data,
  });
  expect(longer.name).toBe('quick, training.steps=6000 / camvid, scratch');
});

const quarter = 'mobilenet-v1-0.25-224';

/** CamVid with its first frames alone. */
async function firstFrames(): Promise<string> {
  const root = join(await mkdtemp(join(tmpdir(), 'replicate-camvid-')), 'camvid');
  await mkdir(root);
  for (const [split, count] of [
    ['train', 4],
    ['val', 2],
    ['test', 2],
  ] as const) {
    const lines = (await readFile(join(sharedData('camvid'), `${split}.txt`), 'utf8')).split('\n');
    await writeFile(join(root, `${split}.txt`), `${lines.slice(0, count).join('\n')}\n`);
    for (const folder of [split, `${split}annot`]) {
      await symlink(join(sharedData('camvid'), folder), join(root, folder), 'dir');
    }
  }
  return root;
}

const few = ['training.steps=3', 'training.batchSize=2', 'training.evalEvery=3', 'strips=1'];
const encoder = { ...profiles.camvid.network.encoder, alpha: 0.25, blocks: 6, asppChannels: 8 };

async function made(profile: ProfileName, name: 'table1' | 'figure2', pretrained?: string) {
  const root = await firstFrames();
  const small = [`network.encoder=${JSON.stringify(encoder)}`, 'size={"height":48,"width":64}'];
  const config = await configured(profiles[profile], {
    set: [...few, ...(profile === 'camvid' ? small : [])],
    data: root,
    pretrained,
  });
  const experiment: SceneExperiment = name === 'table1' ? table1 : figure2;
  const folder = await makeExperiment({
    experiment,
    ...{ program: scenes, config, kept: keptConfig(config), grids: config.strips },
    flags: name === 'table1' ? {} : { pair: 'semantic-instance' },
    runs: join(root, 'runs'),
    name: 'made',
    ...{ jobs: 1, dataWorkers: 1 },
    compile: { threads: 1 },
    command: 'test',
  });
  return (name: string) =>
    readFile(join(folder, `${name}.json`), 'utf8').then((text) => JSON.parse(text) as Table);
}

withData('camvid', quarter)('Table 1 on photographs, from ImageNet weights', async () => {
  const table = await made('camvid', 'table1', sharedData(quarter));
  const { rows, notes } = await table('table1');
  const measured = rows.filter(({ cells }) => (cells[3] as { n: number }).n === 1);
  expect(measured.map(({ header }) => header)).toHaveLength(5);
  expect(notes?.join('\n')).toContain('from ImageNet weights');
  const test = await table('table1-test');
  const ious = test.rows.slice(0, 5).map(({ cells }) => (cells[3] as { value: number }).value);
  // All but the row without classes.
  expect(ious.filter((iou) => iou > 0)).toHaveLength(4);
});

withData('camvid')('figure 2 on photographs, in the smoke profile', async () => {
  const table = await made('smoke', 'figure2');
  const { rows } = await table('figure2-semantic-instance');
  expect(rows).toHaveLength(12);
  expect(rows.slice(1, 9).every(({ cells }) => (cells[0] as { n: number }).n === 1)).toBe(true);
});
