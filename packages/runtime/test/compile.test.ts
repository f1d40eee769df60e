import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  applyGradientsAtRate,
  compile,
  compileEach,
  type InputTensors,
  type Signature,
} from '../src/index.ts';
import { numbers } from './examples.ts';

tf.env().set('IS_TEST', true);

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

const batch = {
  x: { shape: [5, 3], dtype: 'float32' },
  t: { shape: [5, 1], dtype: 'float32' },
} as const;
const values = (seed: number) => ({
  x: Float32Array.from(numbers(seed, [5, 3])),
  t: Float32Array.from(numbers(seed + 1, [5, 1])),
});

/** A linear model; names make two copies distinct. */
function linear(name: string) {
  const w = tf.variable(tf.tensor2d([[0.5], [-0.25], [1]]), true, `${name}/w`);
  const b = tf.variable(tf.tensor1d([0.1]), true, `${name}/b`);
  const loss = ({ x, t }: InputTensors<typeof batch>): tf.Scalar =>
    tf.losses.meanSquaredError(t, tf.add(tf.matMul(x, w), b));
  return { w, b, loss };
}

const optimisers: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
  adam: () => tf.train.adam(0.1),
  adamax: () => tf.train.adamax(0.1, 0.9, 0.999, 1e-7, 0.1),
  rmsprop: () => tf.train.rmsprop(0.1),
  'centred rmsprop with momentum': () => tf.train.rmsprop(0.1, 0.9, 0.5, 1e-4, true),
};

describe.each(Object.entries(optimisers))('tf.train %s', (_, make) => {
  test('trains captured as it does eagerly: losses, weights, step count', async () => {
    const [one, two] = [linear('captured'), linear('eager')];
    const [captured, eager] = [make(), make()];
    const step = await compile(
      (inputs) => ({
        loss: captured.minimize(() => one.loss(inputs), true, [one.w, one.b]) as tf.Scalar,
      }),
      batch,
      { threads: 1 },
    );
    for (let i = 0; i < 5; i++) {
      const inputs = values(i);
      const { loss } = await step.run(inputs);
      const expected = tf.tidy(() => {
        const tensors = { x: tf.tensor2d(inputs.x, [5, 3]), t: tf.tensor2d(inputs.t, [5, 1]) };
        return (
          eager.minimize(() => two.loss(tensors), true, [two.w, two.b]) as tf.Scalar
        ).dataSync();
      });
      expect(loss).toBeAllClose(expected, { rtol: 1e-4 });
    }
    await step.pull();
    expect(one.w.dataSync()).toBeAllClose(two.w.dataSync(), { rtol: 1e-4 });
    expect(one.b.dataSync()).toBeAllClose(two.b.dataSync(), { rtol: 1e-4 });
    expect(captured.iterations).toBe(5);
    await step.dispose();
  });
});

const atAnyRate = Object.entries(optimisers).filter(([name]) => !name.includes('rmsprop with'));

describe.each(atAnyRate)('applyGradientsAtRate with tf.train %s', (_, make) => {
  test('equals the optimiser made with each rate in turn', async () => {
    const [one, two] = [linear('scheduled'), linear('reference')];
    const [captured, eager] = [make(), make()];
    const step = await compile(
      ({ rate, ...inputs }) => {
        const { value, grads } = tf.variableGrads(() => one.loss(inputs), [one.w, one.b]);
        applyGradientsAtRate(captured, grads, rate);
        return { loss: value };
      },
      { ...batch, rate: { shape: [], dtype: 'float32' } } as const,
      { threads: 1 },
    );
    for (const [i, rate] of [0.1, 0.05, 0.2, 0.01].entries()) {
      const inputs = values(i);
      await step.run({ ...inputs, rate: Float32Array.of(rate) });
      const own = eager as unknown as {
        setLearningRate?: (r: number) => void;
        learningRate: number;
      };
      if (own.setLearningRate) own.setLearningRate(rate);
      else own.learningRate = rate;
      tf.tidy(() => {
        const tensors = { x: tf.tensor2d(inputs.x, [5, 3]), t: tf.tensor2d(inputs.t, [5, 1]) };
        eager.minimize(() => two.loss(tensors), false, [two.w, two.b]);
      });
    }
    await step.pull();
    expect(one.w.dataSync()).toBeAllClose(two.w.dataSync(), { rtol: 1e-4 });
    expect(one.b.dataSync()).toBeAllClose(two.b.dataSync(), { rtol: 1e-4 });
    await step.dispose();
  });
});

test('applyGradientsAtRate refuses an optimiser of rate 0 and an unknown variable', () => {
  const rate = tf.scalar(1);
  expect(() => applyGradientsAtRate(tf.train.sgd(0), {}, rate)).toThrow(/rate other than 0, got 0/);
  expect(() => applyGradientsAtRate(tf.train.sgd(1), { none: rate }, rate)).toThrow(
    /no variable is named 'none'/,
  );
});

describe('state', () => {
  test('pull and push carry the variables out and in', async () => {
    const count = tf.variable(tf.scalar(0), false, 'count');
    const flag = tf.variable(tf.scalar(1, 'int32'), false, 'flag');
    const step = await compile(
      ({ by }) => {
        count.assign(tf.add(count, by));
        flag.assign(tf.add(flag, tf.scalar(1, 'int32')));
        return { double: tf.mul(count, 2) };
      },
      { by: { shape: [], dtype: 'float32' } } as const,
      { threads: 1 },
    );
    for (let i = 0; i < 3; i++) await step.run({ by: Float32Array.of(2) });
    expect(count.dataSync()[0]).toBe(0);
    await step.pull();
    expect([count.dataSync()[0], flag.dataSync()[0]]).toEqual([6, 4]);
    count.assign(tf.scalar(100));
    await step.push();
    const { double } = await step.run({ by: Float32Array.of(1) });
    // The value after the assignment: 2 · (100 + 1).
    expect(double[0]).toBe(202);
    await step.dispose();
  });

  test('capturing leaks no tensors and restores the backend', async () => {
    const { w, loss } = linear('leak');
    const optimiser = tf.train.adam(0.1);
    const step = (inputs: InputTensors<typeof batch>) => ({
      loss: optimiser.minimize(() => loss(inputs), true, [w]) as tf.Scalar,
    });
    await (await compile(step, batch, { threads: 1 })).dispose();
    const before = tf.memory().numTensors;
    const again = await compile(step, batch, { threads: 1 });
    await again.run(values(1));
    await again.pull();
    await again.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('cpu');
  });

  test('the same steps from the same start give the same bytes', async () => {
    const runs: string[] = [];
    for (const name of ['a', 'b']) {
      const { w, loss } = linear(name);
      const optimiser = tf.train.momentum(0.1, 0.9);
      const step = await compile(
        (inputs) => ({ loss: optimiser.minimize(() => loss(inputs), true) as tf.Scalar }),
        batch,
        { threads: 1 },
      );
      for (let i = 0; i < 3; i++) await step.run(values(i));
      await step.pull();
      runs.push(Buffer.from(w.dataSync<'float32'>().slice().buffer).toString('hex'));
      await step.dispose();
      tf.disposeVariables();
    }
    expect(runs[0]).toBe(runs[1]);
  });
});

describe('compileEach', () => {
  test('compiles once per signature, says so, and shares the state', async () => {
    const total = tf.variable(tf.scalar(0), false, 'total');
    const seen: string[] = [];
    const sum = compileEach(
      ({ x }: InputTensors<Signature>) => {
        total.assign(tf.add(total, tf.sum(x)));
        return { total: tf.add(total, 0) };
      },
      {
        threads: 1,
        limit: 2,
        onCompile: ({ x }, count) => seen.push(`${count}: ${x.shape.join('×')}`),
      },
    );
    const of = (n: number) => ({ x: { shape: [n], dtype: 'float32' } }) as const;
    const ones = (n: number) => ({ x: new Float32Array(n).fill(1) });
    const totals: number[] = [];
    for (const n of [4, 4, 2, 4, 2]) totals.push((await sum.run(of(n), ones(n))).total[0]);
    expect(totals).toEqual([4, 8, 10, 14, 16]);
    expect(seen).toEqual(['1: 4', '2: 2']);
    expect(sum.signatures).toEqual([of(4), of(2)]);
    await sum.pull();
    expect(total.dataSync()[0]).toBe(16);
    await expect(sum.run(of(3), ones(3))).rejects.toThrow(
      /signature 3 \(x: float32\[3\]\) is above the limit of 2/,
    );
    await sum.dispose();
  });
});

test.each(['onnx', 'cpu'] as const)(
  'steps beside each other share their variables: %s',
  async (engine) => {
    const [w, m, only] = [1, 0, 7].map((v) => tf.variable(tf.tensor1d([v, v])));
    // w is read after it is assigned, so that it cannot be written in place.
    const learn = ({ x }: { x: tf.Tensor }) => {
      const before = tf.clone(w);
      w.assign(tf.add(w, x));
      m.assign(tf.mul(w, before));
      return { before };
    };
    const other = ({ x }: { x: tf.Tensor }) => {
      only.assign(tf.add(only, m));
      w.assign(tf.mul(w, x));
      return { w };
    };
    const signature = { x: { shape: [], dtype: 'float32' } } as const;
    const first = await compile(learn, signature, { engine });
    const second = await first.beside(other, signature);
    const x = (value: number) => ({ x: Float32Array.of(value) });
    // Asked for at once, run in this order: w 1 → 3 → 30 → 31 → 62.
    const runs = [first.run(x(2)), second.run(x(10)), first.run(x(1)), second.run(x(2))];
    await Promise.all(runs);
    expect(Array.from(((await runs[1]) as { w: Float32Array }).w)).toEqual([30, 30]);
    await second.pull();
    // m: 1 · 3, then 30 · 31; only: 7 + 3 + 930.
    expect([w, m, only].map((v) => v.dataSync()[0])).toEqual([62, 930, 940]);
    w.assign(tf.tensor1d([5, 5]));
    await first.push();
    expect(Array.from((await second.run(x(3))).w)).toEqual([15, 15]);
    await second.dispose();
    expect(Array.from((await first.run(x(0))).before)).toEqual([15, 15]);
    await first.dispose();
  },
);
