import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import { runsOf } from '@scene-mtl/lab';
import * as tf from '@tensorflow/tfjs';
import type { NumbersSpec } from '../src/numbers/kind.ts';
import { adaptive, hintArm, hintErrors } from '../src/papers/abu-mostafa1990/hints/arms.ts';
import { functionOf } from '../src/papers/abu-mostafa1990/hints/functions.ts';
import { hints } from '../src/papers/abu-mostafa1990/hints/hints.ts';
import {
  knownHints,
  type HintName,
  type KnownHint,
} from '../src/papers/abu-mostafa1990/hints/known.ts';
import program from '../src/papers/abu-mostafa1990/hints/program.ts';
import { virtualExamples } from '../src/papers/abu-mostafa1990/hints/virtual.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Mean error of a hint where the network is the function itself. */
function errorOfTruth(name: HintName, number: number): number {
  const of = functionOf({ function: number });
  const count = 200;
  const arrays = virtualExamples(name, of, count, stream(1, 'test', name));
  const hint = (knownHints[name] as KnownHint).hint(of);
  const column = (f: (x: number[]) => number) => (x: tf.Tensor) =>
    tf.tensor2d((x.arraySync() as number[][]).map((row) => [f(row)]));
  return tf.tidy(() => {
    const batch = Object.fromEntries(
      Object.entries(arrays).map(([key, v]) => [key, tf.tensor2d(v, [count, v.length / count])]),
    );
    const says = ({ x }: Record<string, tf.Tensor>) => ({
      main: column(of.at!)(x),
      part: column(of.part ?? (() => 0))(x),
    });
    return tf.mean(hint.error(says, batch)).dataSync()[0];
  });
}

test.each([
  ['odd', 'even', 0],
  ['exchange', 'false-exchange', 0],
  ['rising', 'falling', 0],
  ['range', 'false-range', 0],
  ['interval', 'false-interval', 0],
  ['convex', 'concave', 1],
  ['catalyst', 'false-catalyst', 2],
] as const)('%s is true of its function, %s is not', (right, wrong, number) => {
  expect(errorOfTruth(right, number)).toBeLessThan(1e-10);
  expect(errorOfTruth(wrong, number)).toBeGreaterThan(0.001);
});

test('steering on a mirrored road is the other way where there is one lane', () => {
  const mean = (number: number) => {
    const of = functionOf({ function: number });
    const values = Array.from({ length: 400 }, (_, i) => of.draw(stream(i, 'road')).value);
    return values.reduce((a, b) => a + b, 0) / values.length;
  };
  // Centres are between −0.2 and 0.2; the right lane is a quarter of the road's width further on, 0.1 in the mean.
  expect(Math.abs(mean(3))).toBeLessThan(0.03);
  expect(Math.abs(mean(4) - 0.106)).toBeLessThan(0.03);
});

/** Trains an arm in a few steps and looks at it. */
async function errorsOf({ spec }: { spec: Omit<NumbersSpec, 'seed'> }, steps: number) {
  const folder = await mkdtemp(join(tmpdir(), 'hints-'));
  const config = { ...spec.config, steps, evalEvery: steps };
  const whole = { ...spec, config, seed: 1 };
  const session = program.start({ runs: folder, line: { update: () => {}, print: () => {} } });
  const rest = { folder, compile: {}, onProgress: () => {} };
  await session.train({ spec: whole, id: 'hints', ...rest, dataWorkers: 0, grids: 0 });
  const found = await session.measure?.(hintErrors, {
    ...{ spec: whole, ...rest, save: () => Promise.resolve(), onSeen: () => {} },
  });
  await rm(folder, { recursive: true });
  return found as Record<string, number>;
}

describe('virtual examples are learned', () => {
  const few = { of: 0, train: 8 } as const;
  test('a network that is told is nearer to odd than one that is not', async () => {
    const [plain, told] = [
      await errorsOf(hintArm('none', few), 150),
      await errorsOf(hintArm('odd', { ...few, hints: ['odd'] }), 150),
    ];
    expect(told['odd']).toBeLessThan(0.3 * plain['odd']);
  });

  test('by maximum error, and by a catalyst on a head of its own', async () => {
    const arm = adaptive('maximum error', { ...few, hints: ['odd', 'rising'] }, 0);
    expect(arm.spec.balance).toEqual({
      name: 'maximum-error',
      options: { softness: 0, 'targets.odd': 4, 'targets.rising': 4 },
    });
    expect(Number.isFinite((await errorsOf(arm, 20))['error'])).toBe(true);
    const catalyst = hintArm('catalyst', { of: 2, train: 8, hints: ['catalyst'], part: true });
    expect(Number.isFinite((await errorsOf(catalyst, 20))['error'])).toBe(true);
  });
});

test('the studies name their arms, and an unknown one is refused', () => {
  const context = (flags: Record<string, string>) => ({
    config: { seeds: [1] },
    data: { name: 'hints', frames: { train: 16, val: 10 }, tasks: [] },
    options: hints.options(flags),
  });
  const results = {
    summary: () => undefined,
    measured: () => undefined,
    file: () => Promise.resolve(undefined),
  };
  // Three curves over three sizes, and two networks on roads of two lanes.
  expect(runsOf(hints, context({ study: 'road', trials: '3' }), results)).toHaveLength(3 * 11);
  expect(() => hints.options({ study: 'roads' })).toThrow('--study roads: expected some of');
});
