import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import { runsOf, type Results, type Trained } from '@scene-mtl/lab';
import * as tf from '@tensorflow/tfjs';
import { drawnDataset } from '../src/numbers/dataset.ts';
import type { NumbersSpec } from '../src/numbers/kind.ts';
import { numbersProgram } from '../src/numbers/program.ts';
import { alvinn } from '../src/papers/caruana1997/alvinn/alvinn.ts';
import { draw, TASKS } from '../src/papers/caruana1997/alvinn/road.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test('a road is what its numbers say', () => {
  const counts = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const { row, steering, lanes, left, right, centre, border, line } = draw(stream(seed, 'road'));
    counts[lanes]++;
    expect(centre).toBeCloseTo((left + right) / 2, 12);
    // The right lane of two is the right half of the road, its middle a quarter of the width from the centre.
    expect(steering).toBeCloseTo(lanes === 1 ? centre + (right - left) / 4 : centre, 12);
    expect(Number.isNaN(line)).toBe(lanes === 0);
    const outside = row.filter((_, i) => (i + 0.5) / 32 < left || (i + 0.5) / 32 > right);
    const mean = outside.reduce((a, b) => a + b) / outside.length;
    // Four standard deviations of a mean of noise of 0.1, or a little more in 200 tries.
    expect(Math.abs(mean - border)).toBeLessThan(0.45 / Math.sqrt(outside.length));
  }
  expect(Math.min(...counts)).toBeGreaterThan(70);
});

const lines = numbersProgram({
  ...{ name: 'lines', module: import.meta.url, input: 'x', tasks: ['sum', 'both'] },
  draw(random) {
    const x = [random.normal(), random.normal()];
    return { x, sum: x[0] + x[1], both: random.next() < 0.5 ? [x[0], -x[1]] : [NaN, NaN] };
  },
  config: { hidden: 8, train: 64, val: 50, steps: 80, batchSize: 16, learningRate: 0.02 },
});

const spec: NumbersSpec = {
  ...{ program: 'lines', tasks: ['sum', 'both'], seed: 3 },
  config: { hidden: 8, train: 64, val: 50, steps: 80, batchSize: 16, learningRate: 0.02 },
  balance: { name: 'equal', options: {} },
};

/** Trains in a folder of its own; `stopAt` is where it is stopped and begun again. */
async function trained(stopAt?: number): Promise<Trained> {
  const folder = await mkdtemp(join(tmpdir(), 'numbers-'));
  const session = lines.start({ runs: folder, line: { update: () => {}, print: () => {} } });
  const run = (stop?: number) =>
    session.train({
      ...{ spec, id: 'lines', folder, compile: {}, dataWorkers: 0, grids: 0 },
      onProgress({ step }) {
        if (step === stop) throw new Error('stopped');
      },
    });
  if (stopAt !== undefined) await expect(run(stopAt)).rejects.toThrow('stopped');
  const result = await run();
  await rm(folder, { recursive: true });
  return result;
}

test('a dense network learns numbers, some of them not known, and the same ones each time', async () => {
  const { result } = await trained();
  // Deviations of the targets: √2 and 1.
  expect(result.metrics['sum/rms']).toBeLessThan(0.5 * Math.SQRT2);
  expect(result.metrics['both/rms']).toBeLessThan(0.7);
  // 2 · 8 + 8, 8 + 1, 8 · 2 + 2
  expect(result.parameters).toBe(24 + 9 + 18);
  expect((await trained(40)).result).toEqual(result);
});

test('drawn examples depend on seed, split and number alone', async () => {
  const of = (counts: { train: number; val: number }, seed = 1) =>
    drawnDataset({ name: 'roads', tasks: TASKS, draw }, counts, seed);
  const read = (dataset: ReturnType<typeof of>, id: string, split: 'train' | 'val' | 'test') =>
    dataset.read(id, split, { height: 1, width: 1 });
  const [few, many] = [of({ train: 2, val: 1 }), of({ train: 9, val: 1 })];
  expect(many.list('train')).toHaveLength(9);
  expect(await read(few, '1', 'train')).toEqual(await read(many, '1', 'train'));
  expect(await read(few, '0', 'train')).not.toEqual(await read(few, '0', 'val'));
  expect(await read(few, '0', 'train')).not.toEqual(
    await read(of({ train: 2, val: 1 }, 2), '0', 'train'),
  );
  await expect(read(few, '2', 'train')).rejects.toThrow('roads: no example 2 of train');
});

const context = {
  config: { seeds: [1] },
  data: { name: 'roads', frames: { train: 200, val: 1000 }, tasks: TASKS },
  options: alvinn.options({ trials: '4' }),
};

/** Results in which the network of all tasks errs by `multi`, the others by 0.08 and a little by seed. */
const resultsWith = (multi: number | undefined): Results<NumbersSpec> => ({
  summary(of) {
    const rms = of.tasks.length > 1 ? multi : 0.08;
    if (rms === undefined) return undefined;
    return { spec: of, result: { metrics: { 'steering/rms': rms + of.seed / 1e4 } } } as never;
  },
  measured: () => undefined,
  file: () => Promise.resolve(undefined),
});

test.each([
  [0.07, 'reproduced'],
  [0.09, 'not reproduced'],
  [0.08, 'no difference larger than δ'],
  [undefined, 'not run'],
])('all tasks at %s: %s', async (multi, judgement) => {
  const { tables, verdicts } = await alvinn.show(context, resultsWith(multi));
  expect(verdicts.map((verdict) => verdict.judgement)).toEqual([judgement]);
  expect(tables.map(({ name }) => name)).toEqual(
    multi === undefined ? ['alvinn'] : ['alvinn', 'alvinn-paired'],
  );
});

test('every trial trains each of three networks on the same roads', () => {
  const runs = runsOf(alvinn, context, resultsWith(undefined));
  expect(runs.map(({ label }) => label).slice(0, 5)).toEqual([
    ...['single-4/seed-1', 'single-4/seed-2', 'single-4/seed-3', 'single-4/seed-4'],
    'single-16/seed-1',
  ]);
  expect(runs).toHaveLength(12);
  expect(() => alvinn.options({ trials: '0' })).toThrow('--trials 0');
});
