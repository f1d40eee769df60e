import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../src/index.ts';
import { numbers } from './examples.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));
afterEach(() => tf.disposeVariables());

const signature = {
  x: { shape: [null, 2], dtype: 'float32' },
  y: { shape: [null], dtype: 'float32' },
  scale: { shape: [], dtype: 'float32' },
} as const;
const scale = Float32Array.of(2);
const batch = (n: number) => ({
  x: Float32Array.from(numbers(n, [n, 2])),
  y: Float32Array.from(numbers(n + 1, [n])),
  scale,
});

describe.each([['onnx'], ['cpu']] as const)('a signature with an open batch on %s', (engine) => {
  const made = (options = {}) =>
    compile(({ x, y, scale: s }) => ({ z: tf.add(tf.sum(x, 1), tf.mul(y, s)) }), signature, {
      engine,
      ...options,
    });

  test('runs batches of any size', async () => {
    const step = await made();
    for (const n of [1, 4, 2, 4]) {
      const { x, y, scale: s } = batch(n);
      const { z } = await step.run({ x, y, scale: s });
      const expected = Array.from(y, (v, i) => x[2 * i] + x[2 * i + 1] + 2 * v);
      expect(z).toBeAllClose(expected, { rtol: 1e-6 });
      expect(step.outputShapes.z).toEqual([n]);
    }
    await step.dispose();
    await step.dispose();
  });

  test('refuses parts of a row, sizes that differ, and no batch at all', async () => {
    const step = await made();
    const { x, y } = batch(2);
    await expect(step.run({ x: x.slice(1), y, scale })).rejects.toThrow(
      "run: input 'x': expected some times 2 elements for shape [null, 2], got 3",
    );
    await expect(step.run({ x, y: y.slice(1), scale })).rejects.toThrow(
      "run: input 'y' has a batch of 1, input 'x' one of 2; expected one size for both",
    );
    await expect(step.run({ scale } as never)).rejects.toThrow("run: input 'x' is missing");
    await expect(
      compile(({ x: t }) => ({ t }), { x: { shape: [2, null], dtype: 'float32' } }),
    ).rejects.toThrow(
      /input 'x': expected a shape of whole numbers, got \[2, null\]; only the first/,
    );
    await step.dispose();
  });
});

test('sessions of all sizes share the variables; the one not used for longest is freed', async () => {
  const w = tf.variable(tf.scalar(0));
  const optimiser = tf.train.momentum(0.5, 0.5);
  const captured: number[] = [];
  const step = await compile(
    ({ x }) => {
      captured.push(x.shape[0]);
      return {
        loss: optimiser.minimize(() => tf.mean(tf.square(tf.sub(x, w))), true, [w]) as tf.Scalar,
      };
    },
    { x: { shape: [null], dtype: 'float32' } } as const,
    { batchSizes: 2, threads: 1 },
  );
  const ones = (n: number) => ({ x: new Float32Array(n).fill(1) });
  // At once: they run in the order asked for. w after each of three steps, by hand: the gradient is 2·(w − 1), the
  // velocity v ← v/2 + gradient, w ← w − v/2; from w = 0: v = −2, w = 1; v = −1, w = 1.5; v = 0.5, w = 1.25.
  const losses = await Promise.all([step.run(ones(3)), step.run(ones(1)), step.run(ones(3))]);
  expect(losses.map(({ loss }) => loss[0])).toBeAllClose([1, 0, 0.25]);
  await step.pull();
  expect(w.dataSync()[0]).toBeCloseTo(1.25, 6);
  const sizes = () => [...new Set(captured.splice(0))];
  expect(sizes()).toEqual([3, 1]);
  await step.run(ones(5));
  await step.run(ones(3));
  expect(sizes()).toEqual([5]);
  await step.run(ones(1));
  expect(sizes()).toEqual([1]);
  await step.dispose();
});

test('tensors have the rank of their shapes', async () => {
  const filter = tf.variable(tf.ones<tf.Rank.R4>([1, 1, 1, 2]));
  // Type-checked: neither needs a cast.
  const step = await compile(
    ({ image, at }) => ({
      y: tf.add(tf.conv2d(image, filter, 1, 'same'), tf.mul(at, 2).asScalar()),
    }),
    { image: { shape: [null, 2, 2, 1], dtype: 'float32' }, at: { shape: [], dtype: 'float32' } },
  );
  const { y } = await step.run({ image: Float32Array.of(1, 2, 3, 4), at: Float32Array.of(1) });
  expect(Array.from(y)).toEqual([3, 3, 4, 4, 5, 5, 6, 6]);
  await step.dispose();
});
