import { compile } from '@scene-mtl/runtime';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import {
  approximation,
  convexity,
  equivariance,
  evenness,
  examples,
  hintKinds,
  hintObjective,
  monotonicity,
  oddness,
  range,
  type Batch,
  type Hint,
  type Says,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { gradientError } from '../toy.ts';

beforeAll(useCpu);

const [B, n] = [6, 2];
const read = ({ y }: Readonly<Record<string, tf.Tensor>>): tf.Tensor => y;
const input = { name: 'x', shape: [n] };

/** A function of the rows of x, `[B, 1]`. */
type Rows = (x: tf.Tensor) => tf.Tensor;
const sum: Rows = (x) => tf.sum(x, 1, true);
const of =
  (f: Rows): Says =>
  ({ x }) => ({ y: f(x) });

/** Of each kind: a hint, a function that obeys it, one that does not, and arrays of its virtual examples. */
const cases: Record<keyof typeof hintKinds, { hint: Hint; obeys: Rows; errs: Rows }> = {
  examples: {
    hint: examples({ read, shape: [1] }),
    // The arrays below hold the sum.
    obeys: sum,
    errs: (x) => tf.mul(sum(x), 2),
  },
  equivariance: {
    // The two numbers of an input exchanged.
    hint: equivariance({ read, move: ({ x }) => ({ x: tf.reverse(x, 1) }) }),
    obeys: sum,
    errs: (x) => tf.slice(x, [0, 0], [B, 1]),
  },
  oddness: {
    hint: oddness({ read, input: 'x' }),
    obeys: sum,
    errs: (x) => tf.square(sum(x)),
  },
  evenness: {
    hint: evenness({ read, input: 'x' }),
    obeys: (x) => tf.square(sum(x)),
    errs: sum,
  },
  monotonicity: {
    hint: monotonicity({ read, input }),
    obeys: sum,
    errs: (x) => tf.neg(sum(x)),
  },
  convexity: {
    hint: convexity({ read, input }),
    obeys: (x) => sum(tf.square(x)),
    errs: (x) => tf.neg(sum(tf.square(x))),
  },
  range: {
    hint: range({ read, low: -1, high: 0.5 }),
    obeys: (x) => tf.mul(tf.tanh(sum(x)), 0.4),
    errs: (x) => tf.add(tf.square(sum(x)), 1),
  },
  approximation: {
    // The arrays below hold the sum less 0.1 and more 0.1.
    hint: approximation({ read, shape: [1] }),
    obeys: (x) => tf.add(sum(x), 0.05),
    errs: (x) => tf.mul(sum(x), 3),
  },
};

/** Virtual examples with everything that any kind asks for. */
function batch(): Record<string, tf.Tensor> {
  const random = stream(1, 'virtual');
  const x = random.normals(B * n);
  const sums = Array.from({ length: B }, (_, i) => x[2 * i] + x[2 * i + 1]);
  const column = (values: number[]) => tf.tensor2d(values, [B, 1]);
  return {
    x: tf.tensor2d(x, [B, n]),
    'above/x': tf.tensor2d(
      x.map((v) => v + 0.1 + random.next()),
      [B, n],
    ),
    'other/x': tf.tensor2d(random.normals(B * n), [B, n]),
    share: column(sums.map(() => 0.2 + 0.6 * random.next())),
    value: column(sums),
    low: column(sums.map((v) => v - 0.1)),
    high: column(sums.map((v) => v + 0.1)),
  };
}

/** The arrays that a hint reads, and the input. */
const takenBy = ({ arrays }: Hint): Batch =>
  Object.fromEntries(Object.entries(batch()).filter(([name]) => name === 'x' || name in arrays));

/** A small network with one number per weight to be moved. */
const weights = () => tf.variable(tf.tensor1d([0.7, -0.4, 0.3, 0.9, -0.2]));
const netOf =
  (w: tf.Tensor): Says =>
  ({ x }) => {
    const [W, v] = [tf.reshape(tf.slice(w, 0, 4), [n, 2]), tf.slice(w, 4, 1)];
    const hidden = tf.tanh(tf.matMul(x as tf.Tensor2D, W as tf.Tensor2D));
    return { y: tf.add(tf.sum(tf.mul(hidden, -2), 1, true), v) };
  };

describe.each(Object.entries(cases))('%s', (name, { hint, obeys, errs }) => {
  const errorOf = (f: Rows) => tf.tidy(() => hint.error(of(f), takenBy(hint)).dataSync());

  test('costs nothing where the function obeys, and every example something where not', () => {
    expect(Math.max(...errorOf(obeys))).toBeLessThan(1e-10);
    expect(Math.min(...errorOf(errs))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...errorOf(errs))).toBeGreaterThan(0.01);
  });

  test('has the gradient of finite differences', () => {
    const w = weights();
    const given = takenBy(hint);
    const objective = hintObjective(name, hint, { weight: 3 });
    const loss = (at: tf.Tensor) =>
      objective.loss((inputs) => ({ outputs: netOf(at)(inputs), statistics: [] }), given).value;
    const gradient = tf.tidy(() => tf.grad(loss)(w).dataSync<'float32'>());
    const value = () => tf.tidy(() => loss(w).dataSync()[0]);
    expect(gradientError(value, w, gradient, [0, 1, 2, 3, 4])).toBeLessThan(0.01);
    // A weight of 3 is three times the mean.
    const mean = tf.tidy(() => tf.mean(hint.error(netOf(w), given)).dataSync()[0]);
    expect(value()).toBeCloseTo(3 * mean, 5);
    w.dispose();
  });

  test('compiled is as eager', async () => {
    const w = weights();
    const given = takenBy(hint);
    const signature = Object.fromEntries(
      Object.entries(given).map(([key, { shape }]) => [key, { shape, dtype: 'float32' as const }]),
    );
    const compiled = await compile(
      (inputs: Record<string, tf.Tensor>) => ({ e: tf.mean(hint.error(netOf(w), inputs)) }),
      signature,
    );
    const fed = Object.fromEntries(
      Object.entries(given).map(([key, t]) => [key, t.dataSync<'float32'>()]),
    );
    const { e } = await compiled.run(fed);
    await compiled.dispose();
    const eager = tf.tidy(() => tf.mean(hint.error(netOf(w), given)).dataSync()[0]);
    expect(Math.abs(e[0] - eager)).toBeLessThan(1e-5 * Math.max(1, eager));
    w.dispose();
  });
});

test('every kind of hint is tried here', () => {
  expect(Object.keys(cases)).toEqual(Object.keys(hintKinds));
});

test('what is wrong with a hint is named', () => {
  expect(() => range({ read, low: 1, high: 0 })).toThrow('expected low ≤ high, got 1 and 0');
  expect(() => hintObjective('a', range({ read }), { weight: -1 })).toThrow(
    'hint a: expected a finite weight of 0 or more, got -1',
  );
  const { x } = batch();
  expect(() => cases.monotonicity.hint.error(of(sum), { x })).toThrow(
    'hint of monotonicity: virtual examples have no above/x; expected it among x',
  );
});

test('a range without ends asks for nothing, and has a gradient', () => {
  const grad = tf.grad((x: tf.Tensor) => tf.mean(range({ read }).error(of(sum), { x })));
  expect(Math.max(...grad(tf.ones([B, n])).dataSync())).toBe(0);
});
