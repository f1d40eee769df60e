import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import type * as Runtime from '../src/index.ts';
import { numbers } from './examples.ts';

tf.env().set('IS_TEST', true);

/** TensorFlow.js outside steps, before this package is imported and after. */

type Case = () => tf.Tensor;

const image = () => tf.tensor4d(numbers(5, [1, 3, 3, 1]), [1, 3, 3, 1]);
const positive = (x: tf.Tensor) => tf.sum(tf.mul(x, tf.range(1, x.size + 1).reshape(x.shape)));

/** ∂/∂x of ‖∂f/∂x‖², as in the penalty of WGAN-GP. */
const penalty = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) =>
  tf.grad((at) => tf.sum(tf.square(tf.grad((t) => tf.sum(f(t)))(at))))(x);

const normalised = () => {
  const layer = tf.layers.batchNormalization({ name: 'normalised' });
  return (x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor;
};

const cases: Readonly<Record<string, Case>> = {
  'relu6 at 6': () => tf.grad((x) => positive(tf.relu6(x)))(tf.tensor1d([-1, 0, 3, 6, 7])),
  'average pooling, same': () =>
    tf.grad((x) => positive(tf.avgPool(x as tf.Tensor4D, 3, 1, 'same')))(image()),
  'average pooling, explicit': () =>
    tf.grad((x) => positive(tf.avgPool(x as tf.Tensor4D, 3, 1, 1, 'floor')))(image()),
  'mirrored border': () =>
    tf.grad((x) => positive(tf.mirrorPad(x, [[1, 1]], 'reflect')))(tf.tensor1d([1, 2, 3])),
  'running sum': () =>
    tf.grad((x) => positive(tf.cumsum(x, 0)))(tf.tensor2d(numbers(3, [3, 3]), [3, 3])),
  'bilinear, half-pixel centres': () =>
    tf.grad((x) => positive(tf.image.resizeBilinear(x as tf.Tensor4D, [5, 5], false, true)))(
      image(),
    ),
  'nearest, half-pixel centres': () =>
    tf.grad((x) => positive(tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [2, 2], false, true)))(
      image(),
    ),
  'second order of relu': () => penalty((x) => tf.pow(tf.relu(x), 3))(tf.tensor1d([-1, 0.5, 2])),
  'second order of batch normalisation in training': () =>
    penalty((x) => tf.pow(normalised()(x), 3))(image()),
  'a ReLU layer with a maximum': () =>
    tf.grad((x) => positive(tf.layers.reLU({ maxValue: 6 }).apply(x) as tf.Tensor))(
      tf.tensor2d([[-1, 3, 6, 7]]),
    ),
};

const results = () =>
  Object.fromEntries(
    Object.entries(cases).map(([name, run]) => [name, Array.from(tf.tidy(run).dataSync())]),
  );
const layerNames = () => [
  tf.layers.conv2d({ filters: 1, kernelSize: 1 }).name,
  tf.layers.dropout({ rate: 0.5 }).name,
  tf.layers.batchNormalization().name,
];

let before: Record<string, number[]>;
let runtime: typeof Runtime;
let names: string[];

beforeAll(async () => {
  await tf.setBackend('cpu');
  before = results();
  names = layerNames();
  runtime = await import('../src/index.ts');
});

test.each(Object.keys(cases))(
  '%s is the same after the import, and after a compile',
  async (name) => {
    expect(results()[name]).toEqual(before[name]);
    const step = await runtime.compile(
      ({ x }) => ({ dx: tf.grad((t) => tf.sum(tf.relu(t)))(x) }),
      { x: { shape: [2], dtype: 'float32' } },
      { threads: 1 },
    );
    await step.dispose();
    expect(results()[name]).toEqual(before[name]);
  },
);

test('the import takes none of the names that layers are numbered by', () => {
  // The second of each class, as if nothing had been in between.
  const next = (name: string) => name.replace(/\d+$/, (n) => `${Number(n) + 1}`);
  expect(layerNames().map((name) => name.replace(/\d+$/, ''))).toEqual(
    names.map((name) => name.replace(/\d+$/, '')),
  );
  expect(names.slice(0, 2).map((name) => /\d+$/.exec(name)?.[0])).toEqual(['1', '1']);
  expect(layerNames()[0]).toBe(next(next(names[0])));
});

describe.each([['onnx'], ['cpu']] as const)('inside a step, on engine %s', (engine) => {
  const options = engine === 'onnx' ? { engine, threads: 1 } : { engine };
  const shape = [1, 3, 3, 1];
  const filter = tf.tensor4d(numbers(8, [2, 2, 1, 2]), [2, 2, 1, 2]);

  test.each([
    ['relu', () => (x: tf.Tensor) => tf.pow(tf.relu(x), 3)],
    ['relu6', () => (x: tf.Tensor) => tf.pow(tf.relu6(x), 3)],
    [
      'convolution, batch normalisation in training, relu',
      () => {
        const normalise = normalised();
        return (x: tf.Tensor) =>
          tf.pow(tf.relu(normalise(tf.conv2d(x as tf.Tensor4D, filter, 1, 'same'))), 3);
      },
    ],
  ] as const)(
    'a gradient of gradients through %s equals that of TensorFlow.js',
    async (_, make) => {
      const x = image();
      const expected = penalty(make())(x).dataSync();
      const f = make();
      f(x);
      const step = await runtime.compile(
        ({ x: t }) => ({ dx: penalty(f)(t) }),
        { x: { shape, dtype: 'float32' } },
        options,
      );
      const { dx } = await step.run({ x: x.dataSync() as Float32Array });
      expect(dx).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-3 });
      await step.dispose();
    },
  );
});
