import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { compile, type Outputs } from '../src/index.ts';

tf.env().set('IS_TEST', true);
beforeAll(() => tf.setBackend('cpu'));

/** What depends on no input has numbers while a step is captured. */

const x = { x: { shape: [2, 3, 4], dtype: 'float32' } } as const;
const values = Float32Array.from({ length: 24 }, (_, i) => i);
const result = async (body: (t: tf.Tensor) => Outputs) => {
  const step = await compile(({ x: t }) => body(t), x, { threads: 1 });
  const outputs = await step.run({ x: values });
  const { outputShapes } = step;
  await step.dispose();
  return { outputs, outputShapes };
};

test('a shape computed from shapes may be read: the usual end of an exported classifier', async () => {
  const { outputs, outputShapes } = await result((t) => {
    const shape = tf.tensor1d(t.shape, 'int32');
    const batch = tf.stridedSlice(shape, [0], [1], [1], 0, 0, 0, 0, 1);
    const rest = tf.prod(tf.slice(shape, 1));
    const packed = tf.stack([batch, tf.cast(rest, 'int32')]);
    return { y: tf.reshape(t, Array.from(packed.dataSync())) };
  });
  expect(outputShapes['y']).toEqual([2, 12]);
  expect(outputs['y']).toEqual(values);
});

test('and so may numbers inside a gradient', async () => {
  const { outputs } = await result((t) => ({
    // The scale is 1 + 2 = 3.
    dx: tf.grad((at) => tf.sum(tf.mul(at, tf.sum(tf.tensor1d([1, 2])).dataSync()[0])))(t),
  }));
  expect(new Set(outputs['dx'])).toEqual(new Set([3]));
});

test('an op without a lowering is computed where it depends on no input', async () => {
  const { outputs } = await result((t) => ({
    y: tf.add(t, tf.unique(tf.tensor1d([7, 7, 5])).values.slice(0, 1)),
    drawn: tf.multinomial(tf.tensor1d([0, 1, 0]), 5, 3, true),
  }));
  expect(outputs['y'][1]).toBe(8);
  // Two of the three have probability 0.
  expect(Array.from(outputs['drawn'])).toEqual([1, 1, 1, 1, 1]);
});

test('seeded draws are constants, the same as eagerly', async () => {
  const draws = {
    normal: () => tf.randomNormal([5], 0, 1, 'float32', 7),
    uniform: () => tf.randomUniform([5], 0, 1, 'float32', 7),
    truncated: () => tf.truncatedNormal([5], 0, 1, 'float32', 7),
    standard: () => tf.randomStandardNormal([5], 'float32', 7),
    multinomial: () => tf.multinomial(tf.tensor1d([0.2, 0.3, 0.5]), 9, 7, true),
  };
  const all = () => Object.fromEntries(Object.entries(draws).map(([name, draw]) => [name, draw()]));
  const { outputs } = await result(all);
  for (const [name, expected] of Object.entries(all())) {
    expect(Array.from(outputs[name])).toEqual(Array.from(expected.dataSync()));
  }
});

test('an unseeded draw of an op without a lowering is refused as any draw', async () => {
  await expect(
    result(() => ({ y: tf.multinomial(tf.tensor1d([0.2, 0.3, 0.5]), 9, undefined, true) })),
  ).rejects.toThrow(/random draw inside the step at .*folding\.test\.ts/);
});
