import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile, type InputTensors, type Outputs } from '../src/index.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

/** Steps that are not the same on every call, or keep something from call to call. */

const x = { x: { shape: [2], dtype: 'float32' } } as const;
type Step = (inputs: InputTensors<typeof x>) => Outputs;
const compileOn = (step: Step, options = {}) => compile(step, x, { threads: 1, ...options });
const here = /frozen\.test\.ts:\d+:\d+/;

describe('compile refuses, naming the place', () => {
  const changing: Readonly<Record<string, () => Step>> = {
    'a batch drawn inside the step': () => {
      let row = 0;
      const next = () => tf.tensor1d([row, ++row]);
      return ({ x: t }) => ({ y: tf.mul(t, next()) });
    },
    'a counter in JavaScript': () => {
      let calls = 0;
      return ({ x: t }) => ({ y: tf.add(t, calls++) });
    },
    'a counter that chooses an op': () => {
      let calls = 0;
      return ({ x: t }) => ({ y: calls++ % 2 ? tf.sin(t) : tf.cos(t) });
    },
    'a counter in an attribute': () => {
      let calls = 0;
      return ({ x: t }) => ({ y: tf.leakyRelu(t, ++calls / 10) });
    },
    'a counter behind an assignment': () => {
      let calls = 0;
      const v = tf.variable(tf.zeros([2]));
      return ({ x: t }) => {
        v.assign(tf.add(tf.mul(t, calls++), v));
        return {};
      };
    },
    'another input on every second call': () => {
      let calls = 0;
      const [a, b] = [tf.variable(tf.ones([2])), tf.variable(tf.zeros([2]))];
      return ({ x: t }) => ({ y: tf.mul(calls++ % 2 ? a : b, t) });
    },
  };

  test.each(Object.entries(changing))('%s', async (_, make) => {
    const failed = compileOn(make());
    await expect(failed).rejects.toThrow(/the step is not the same on every call: /);
    if (!_.includes('assignment')) await expect(failed).rejects.toThrow(here);
  });

  test('outputs and assignments that are not there on every call', async () => {
    let calls = 0;
    await expect(
      compileOn(({ x: t }) => (calls++ % 2 ? { y: t, z: t } : { y: t })),
    ).rejects.toThrow(/the step returned y, then y, z/);
    const v = tf.variable(tf.zeros([2]), true, 'sometimes');
    await expect(
      compileOn(({ x: t }) => {
        if (calls++ % 2) v.assign(t);
        return { y: t };
      }),
    ).rejects.toThrow(
      /sometimes is assigned in a later call alone|sometimes is assigned in an earlier/,
    );
  });

  test('a kept tensor, whether it is returned as it is or not', async () => {
    for (const returned of [true, false]) {
      let mean: tf.Tensor = tf.zeros([2]);
      const step: Step = ({ x: t }) => {
        mean = tf.keep(tf.add(tf.mul(mean, 0.5), tf.mul(t, 0.5)));
        return { y: returned ? mean : tf.clone(mean) };
      };
      await expect(compileOn(step)).rejects.toThrow(/the result of Add, of shape \[2\], made at/);
      expect(tf.getBackend()).toBe('cpu');
    }
  });

  test('a stateful recurrent layer', async () => {
    const layer = tf.layers.simpleRNN({
      units: 2,
      stateful: true,
      batchInputShape: [1, 2, 1],
      kernelInitializer: 'ones',
      recurrentInitializer: 'ones',
    });
    await expect(
      compileOn(({ x: t }) => ({ y: layer.apply(tf.reshape(t, [1, 2, 1])) as tf.Tensor })),
    ).rejects.toThrow(/is kept beyond a call of the step .*keep state in a tf\.Variable/);
  });
});

test('what is made once and is the same on every call may be kept', async () => {
  let calls = 0;
  let mask: tf.Tensor | undefined;
  let constants: tf.Tensor | undefined;
  const step = await compileOn(({ x: t }) => {
    calls++;
    mask ??= tf.keep(tf.mul(tf.zeros([2]), 3));
    constants ??= tf.keep(tf.tensor1d([1, 2]));
    return { y: tf.add(tf.mul(t, constants), mask) };
  });
  expect(calls).toBe(2);
  expect(Array.from((await step.run({ x: Float32Array.of(3, 4) })).y)).toEqual([3, 8]);
  // Outside, they are tensors like others.
  expect(Array.from((constants as tf.Tensor).dataSync())).toEqual([1, 2]);
  expect(Array.from(tf.add(mask as tf.Tensor, 1).dataSync())).toEqual([1, 1]);
  await step.dispose();
});

test('layers that are built on the first call train from what their initialisers drew', async () => {
  const dense = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'glorotUniform' });
  const offset = tf.variable(tf.scalar(0));
  const optimiser = tf.train.sgd(0.1);
  const step = await compileOn(({ x: t }) => ({
    // What is built in this call is trained from the next one on, as eagerly.
    loss: optimiser.minimize(
      () => tf.sum<tf.Scalar>(tf.add(offset, dense.apply(tf.reshape(t, [1, 2])) as tf.Tensor)),
      true,
    ) as tf.Scalar,
  }));
  const kernel = dense.getWeights()[0];
  const before = kernel.dataSync<'float32'>().slice();
  expect(before.every((value) => value !== 0 && Math.abs(value) < 1.5)).toBe(true);
  const { loss } = await step.run({ x: Float32Array.of(1, 2) });
  expect(loss[0]).toBeCloseTo(before[0] + 2 * before[1], 5);
  await step.pull();
  // The gradient is x, the rate 0.1.
  const expected = [before[0] - 0.1, before[1] - 0.2];
  expect(dense.getWeights()[0].dataSync()).toBeAllClose(expected);
  await step.dispose();
});

test('layers of a step that does not compile are left with what their initialisers drew', async () => {
  const dense = tf.layers.dense({ units: 2, kernelInitializer: 'glorotNormal' });
  await expect(
    compileOn(({ x: t }) => ({
      y: tf.unique((dense.apply(tf.reshape(t, [1, 2])) as tf.Tensor).flatten()).values,
    })),
  ).rejects.toThrow(/Unique/);
  const [kernel, bias] = dense.getWeights();
  expect(kernel.dataSync().every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  expect(Array.from(bias.dataSync())).toEqual([0, 0]);
  expect((dense.apply(tf.ones([1, 2])) as tf.Tensor).shape).toEqual([1, 2]);
});

describe('run refuses', () => {
  test.each([
    ['sgd', () => tf.train.sgd(0.1)],
    ['adam', () => tf.train.adam(0.1)],
    ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ] as const)('a rate of tf.train.%s that was set after compile', async (_, make) => {
    const w = tf.variable(tf.ones([2]));
    const optimiser = make();
    const step = await compileOn(({ x: t }) => ({
      loss: optimiser.minimize(() => tf.sum(tf.mul(w, t)), true, [w]) as tf.Scalar,
    }));
    const inputs = { x: Float32Array.of(1, 1) };
    await step.run(inputs);
    // The base class lacks it; SGD alone keeps a tensor of its rate.
    const own = optimiser as unknown as { setLearningRate?(r: number): void; learningRate: number };
    if (own.setLearningRate) own.setLearningRate(0.01);
    else own.learningRate = 0.01;
    await expect(step.run(inputs)).rejects.toThrow(
      /learningRate is 0\.01 now, but was 0\.1 at compile.*applyGradientsAtRate/,
    );
    await step.dispose();
  });

  test('under debug: { frozen: true }, a tensor or number that was replaced after compile', async () => {
    let weights = tf.tensor1d([1, 2]);
    let offset = 0;
    const step = await compileOn(({ x: t }) => ({ y: tf.add(tf.mul(t, weights), offset) }), {
      debug: { frozen: true },
    });
    const inputs = { x: Float32Array.of(1, 1) };
    expect(Array.from((await step.run(inputs)).y)).toEqual([1, 2]);
    weights = tf.tensor1d([1, 3]);
    await expect(step.run(inputs)).rejects.toThrow(
      /Multiply at .*frozen\.test\.ts:\d+:\d+ took a constant of shape \[2\], then one of other/,
    );
    weights = tf.tensor1d([1, 2]);
    offset = 5;
    await expect(step.run(inputs)).rejects.toThrow(
      /Add at .* took the number 0, then the number 5/,
    );
    await step.dispose();
  });
});
