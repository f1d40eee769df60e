import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '@scene-mtl/runtime';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  accumulated,
  adam,
  balancerNamed,
  latestCheckpoint,
  listCheckpoints,
  MAIN_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  poly,
  readMetrics,
  sgd,
  train,
  trainingStep,
  type Balancer,
  type CompileStep,
  type TrainingBatch,
  type TrainOptions,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { tinyEncoder, toyArrays, toyTasks } from './toy.ts';

const SIZE = [16, 16] as const;
let folder: string;
beforeAll(useCpu);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'train-'));
});
afterEach(() => rm(folder, { recursive: true }));

const batchesFrom = (seed: number) =>
  async function* (first: number): AsyncIterable<TrainingBatch> {
    for (let n = first; ; n++) {
      await Promise.resolve();
      yield { arrays: toyArrays(seed + n, 2, SIZE) };
    }
  };
const batches = batchesFrom(0);

interface SetUp {
  make?: typeof sgd | typeof adam;
  balancer?: Balancer;
  accumulate?: number;
}

const made = (name: string, options: object = {}): Balancer =>
  balancerNamed(name).make({ objectives: toyTasks(), batchesPerEpoch: 2, seed: 3 }, options);

/** A run of the toy tasks, begun anew: its own network, balancer and optimiser. */
function options(run: string, steps: number, setUp: SetUp = {}): TrainOptions {
  const { make = sgd, balancer = made('uncertainty'), accumulate } = setUp;
  const network = multiTaskModel({
    encoder: tinyEncoder(),
    tasks: toyTasks(),
    size: SIZE,
    seed: 1,
  });
  const parameters = parametersOf(network, balancer.variables);
  const optimiser = make(parameters.trained);
  const step = trainingStep({
    network,
    objectives: network.tasks.map((task) => objectiveOf(task, SIZE)),
    balancer,
    parameters,
    optimiser: accumulate ? accumulated(optimiser, accumulate) : optimiser,
    batchSizes: { [MAIN_STREAM]: 2 },
  });
  return {
    step,
    streams: Object.fromEntries(step.streams.map((name, i) => [name, batchesFrom(1000 * i)])),
    schedule: poly(0.05, 12),
    steps,
    compile,
    folder: join(folder, run),
    configHash: 'abc',
    logEvery: 4,
    checkpointEvery: 3,
  };
}

const content = async (run: string, name: string) => readFile(join(folder, run, name), 'utf8');
const lastTensors = async (run: string) =>
  (await latestCheckpoint(join(folder, run, 'checkpoints')))?.tensors;

test.each<[string, () => SetUp]>([
  ['SGD', () => ({ make: sgd })],
  ['Adam', () => ({ make: adam })],
  [
    'accumulated gradients and dynamic averages',
    () => ({
      accumulate: 2,
      balancer: made('dynamic-average'),
    }),
  ],
  ['uncertainty and PCGrad, whose orders are drawn', () => ({ balancer: made('uw+pcgrad') })],
  ['MOML', () => ({ balancer: made('moml') })],
  ['FORUM', () => ({ balancer: made('forum', { steps: 1 }) })],
  [
    'weights of Nash-MTL that are kept for four batches, two batches a step',
    () => ({
      accumulate: 2,
      balancer: balancerNamed('nash').make({ objectives: toyTasks() }, { every: 4 }),
    }),
  ],
])(
  'a run stopped and resumed ends with the same bits as one that was not: %s',
  async (_n, setUp) => {
    await train(options('whole', 12, setUp()));
    // Stopped after step 5 of 12, whose last checkpoint is step 3 and last log line step 4.
    const stopped = { ...options('halves', 12, setUp()), onProgress: stopAfter(5) };
    await expect(train(stopped)).rejects.toThrow('stopped');
    const result = await train(options('halves', 12, setUp()));
    expect(result.resumedFrom).toBe(3);
    const [whole, halves] = [await lastTensors('whole'), await lastTensors('halves')];
    expect([...(whole?.keys() ?? [])]).toEqual([...(halves?.keys() ?? [])]);
    for (const [name, { data }] of whole ?? []) expect(halves?.get(name)?.data).toEqual(data);
    expect(await content('halves', 'metrics.jsonl')).toBe(await content('whole', 'metrics.jsonl'));
  },
);

const stopAfter =
  (step: number) =>
  (progress: { step: number }): void => {
    if (progress.step === step) throw new Error('stopped');
  };

test('with accumulation an epoch of dynamic averages turns once, and weights follow the batches', async () => {
  const balancer = made('dynamic-average');
  await train(options('run', 3, { accumulate: 2, balancer }));
  // Six batches: an epoch is turned before batches 2 and 4.
  expect(balancer.state['epochs'].dataSync()[0]).toBe(2);
});

test('a finished run is not trained again', async () => {
  await train(options('run', 4));
  const before = await content('run', 'metrics.jsonl');
  const result = await train(options('run', 4));
  expect(result).toMatchObject({ step: 4, resumedFrom: 4 });
  expect(await content('run', 'metrics.jsonl')).toBe(before);
});

test('the log has a line per interval with means, norms and the rate', async () => {
  const seen: Record<string, number>[] = [];
  await train({ ...options('run', 8), onProgress: (p) => seen.push(p.values) });
  const records = await readMetrics(join(folder, 'run', 'metrics.jsonl'));
  expect(records.map((r) => [r.step, r.kind])).toEqual([
    [4, 'train'],
    [8, 'train'],
  ]);
  const mean = (name: string) => seen.slice(0, 4).reduce((sum, v) => sum + v[name], 0) / 4;
  expect(records[0].values['loss/classes']).toBeCloseTo(mean('loss/classes'), 10);
  expect(records[0].values['rate/network']).toBeCloseTo(0.05 * (9 / 12) ** 0.9, 10);
  for (const name of ['gradientNorm', 'updateNorm', 'sigma2/height', 'weight/classes']) {
    expect(records[0].values[name]).toBeGreaterThan(0);
  }
});

test('evaluation sees the current weights and selects the best checkpoint', async () => {
  const run = options('run', 8);
  const [kernel] = run.step.variables.values();
  const seen: number[] = [];
  const errors: Record<number, number> = { 2: 5, 4: 1, 6: 3, 8: 4 };
  const result = await train({
    ...run,
    evalEvery: 2,
    checkpointEvery: 2,
    keep: 1,
    select: { metric: 'height/error', better: 'lower' },
    evaluate: (step) => {
      seen.push(kernel.dataSync()[0]);
      return Promise.resolve({ 'height/error': errors[step], 'classes/mIoU': NaN });
    },
  });
  expect(new Set(seen).size).toBe(4);
  expect(result.best).toEqual({ step: 4, metric: 'height/error', value: 1 });
  expect(result.metrics).toEqual({ 'height/error': 4, 'classes/mIoU': null });
  expect(await listCheckpoints(join(folder, 'run', 'checkpoints'))).toEqual([4, 8]);
  const records = await readMetrics(join(folder, 'run', 'metrics.jsonl'));
  expect(records.filter((r) => r.kind === 'evaluation').map((r) => r.step)).toEqual([2, 4, 6, 8]);
});

test('a metric that selects but is not given is an error', async () => {
  const run = options('run', 2);
  const select = { metric: 'nothing', better: 'lower' } as const;
  const evaluate = () => Promise.resolve({ a: 1 });
  await expect(train({ ...run, select, evaluate })).rejects.toThrow('gave [a], not nothing');
});

test('a loss that is no longer finite ends the run, named by step, and keeps the checkpoint', async () => {
  async function* poisoned(first: number): AsyncIterable<TrainingBatch> {
    let n = first;
    for await (const batch of batches(first)) {
      if (n++ === 4) (batch.arrays['image'] as Float32Array)[0] = NaN;
      yield batch;
    }
  }
  await expect(
    train({ ...options('run', 8), streams: { [MAIN_STREAM]: poisoned } }),
  ).rejects.toThrow(/total.* no longer finite in step 4 \(.*loss\/classes NaN/);
  const checkpoint = await latestCheckpoint(join(folder, 'run', 'checkpoints'));
  expect(checkpoint?.manifest.step).toBe(3);
  for (const { data } of checkpoint?.tensors.values() ?? []) {
    expect((data as Float32Array).every(Number.isFinite)).toBe(true);
  }
});

test('another configuration does not continue a run', async () => {
  await train(options('run', 3));
  await expect(train({ ...options('run', 6), configHash: 'xyz' })).rejects.toThrow(
    /belongs to configuration abc, the run is xyz/,
  );
});

test('batches that end too soon, or lack an array, are errors', async () => {
  async function* short(): AsyncIterable<TrainingBatch> {
    await Promise.resolve();
    yield { arrays: toyArrays(0, 2, SIZE) };
  }
  await expect(train({ ...options('run', 3), streams: { [MAIN_STREAM]: short } })).rejects.toThrow(
    'the batches of train ended at step 1 of 3',
  );
  async function* lacking(): AsyncIterable<TrainingBatch> {
    await Promise.resolve();
    const { image } = toyArrays(0, 2, SIZE);
    yield { arrays: { image } };
  }
  await expect(
    train({ ...options('other', 3), streams: { [MAIN_STREAM]: lacking } }),
  ).rejects.toThrow('target/classes');
});

test('the batches are begun before the step is compiled, and closed when that fails', async () => {
  const events: string[] = [];
  const watched = () => {
    events.push('begun');
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error('no batch was asked for')),
        return: () => {
          events.push('closed');
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
  };
  const failing = () => {
    events.push('compiled');
    throw new Error('no such engine');
  };
  const run = train({
    ...options('run', 3),
    streams: { [MAIN_STREAM]: watched },
    compile: failing,
  });
  await expect(run).rejects.toThrow('no such engine');
  expect(events).toEqual(['begun', 'compiled', 'closed']);
});

test('what a person should know of a step is said once', async () => {
  const said: string[] = [];
  const { step, ...rest } = options('run', 3);
  const notices = ({ total }: Readonly<Record<string, number>>) => [
    `a total, ${Number.isFinite(total)}`,
  ];
  await train({ ...rest, step: { ...step, notices }, onNotice: (text) => said.push(text) });
  expect(said).toEqual(['a total, true']);
  // A loss of these is far from 0.
  expect(step.notices?.({ 'loss/semantic': 1, 'present/semantic': 1 })).toEqual([]);
});

test('eager and compiled runs take the same course', async () => {
  const eager: CompileStep = (step, signature) => compile(step, signature, { engine: 'cpu' });
  await train({ ...options('eager', 4), compile: eager });
  await train(options('onnx', 4));
  const values = async (run: string) =>
    Object.values((await readMetrics(join(folder, run, 'metrics.jsonl')))[0].values) as number[];
  expect(await values('onnx')).toBeAllClose(await values('eager'), { rtol: 2e-3, atol: 1e-4 });
});
