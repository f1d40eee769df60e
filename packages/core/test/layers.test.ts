import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  batchNormalisation,
  convBnRelu,
  convolution,
  depthwise,
  upsampleTo,
  type Scope,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { gradientError } from './toy.ts';

beforeAll(useCpu);

const scope = (name: string, seed = 1): Scope => ({ name, seed, owner: 'shared' });

/** A model of one piece of graph. */
function modelOf(
  shape: [number, number, number],
  build: (x: tf.SymbolicTensor) => tf.SymbolicTensor,
): tf.LayersModel {
  const inputs = tf.input({ shape });
  return tf.model({ inputs, outputs: build(inputs) });
}

const set = (model: tf.LayersModel, name: string, values: number[]) => {
  const weight = model.weights.find((w) => w.originalName === name) as tf.LayerVariable;
  weight.write(tf.tensor(values, weight.shape as number[]));
};
const get = (model: tf.LayersModel, name: string) =>
  model.weights
    .find((w) => w.originalName === name)
    ?.read()
    .dataSync() as Float32Array;

test('a strided 3×3 convolution is centred on every second cell, like a 1×1 one', () => {
  const x = tf.range(0, 64).reshape([1, 8, 8, 1]);
  const wide = modelOf([8, 8, 1], (i) => convolution(i, scope('wide'), { filters: 1, stride: 2 }));
  const point = modelOf([8, 8, 1], (i) =>
    convolution(i, scope('point'), { filters: 1, kernel: 1, stride: 2 }),
  );
  set(wide, 'wide/kernel', [0, 0, 0, 0, 1, 0, 0, 0, 0]);
  set(point, 'point/kernel', [1]);
  const expected = [0, 2, 4, 6, 16, 18, 20, 22, 32, 34, 36, 38, 48, 50, 52, 54];
  expect(Array.from((wide.predict(x) as tf.Tensor).dataSync())).toEqual(expected);
  expect(Array.from((point.predict(x) as tf.Tensor).dataSync())).toEqual(expected);
});

test("TensorFlow's own padding is centred one cell further", () => {
  const x = tf.range(0, 64).reshape([1, 8, 8, 1]);
  const model = modelOf([8, 8, 1], (i) =>
    convolution(i, scope('c'), { filters: 1, stride: 2, padAsTensorFlow: true }),
  );
  set(model, 'c/kernel', [0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect((model.predict(x) as tf.Tensor).dataSync()[0]).toBe(9);
});

test('a dilated convolution reads the cells at its distance', () => {
  const x = tf.range(0, 25).reshape([1, 5, 5, 1]);
  const model = modelOf([5, 5, 1], (i) => convolution(i, scope('c'), { filters: 1, dilation: 2 }));
  set(model, 'c/kernel', [1, 0, 0, 0, 0, 0, 0, 0, 10]);
  // Centre cell (2, 2): cell (0, 0) is 0, cell (4, 4) is 24.
  expect((model.predict(x) as tf.Tensor).dataSync()[12]).toBe(240);
});

test('initial weights depend on the seed and the name, not on the order', () => {
  const kernel = (name: string, seed: number) =>
    Array.from(
      get(
        modelOf([4, 4, 3], (i) => convolution(i, scope(name, seed), { filters: 8 })),
        `${name}/kernel`,
      ),
    );
  expect(kernel('a', 1)).toEqual(kernel('a', 1));
  expect(kernel('a', 1)).not.toEqual(kernel('a', 2));
  expect(kernel('a', 1)).not.toEqual(kernel('b', 1));
});

test('kernels have the deviation of He et al.', () => {
  const deviation = (options: object, depth: number) => {
    const model = modelOf([4, 4, depth], (i) =>
      convolution(i, scope('c'), { filters: 64, ...options }),
    );
    const w = get(model, 'c/kernel');
    return Math.sqrt(w.reduce((sum, v) => sum + v * v, 0) / w.length);
  };
  // √(2 / (9 · 32)) = 0.0833; 18,432 numbers: standard error 0.5 %.
  expect(deviation({}, 32)).toBeCloseTo(Math.sqrt(2 / 288), 2);
  // Fan out: √(2 / (9 · 64)) = 0.0589
  expect(deviation({ fan: 'out' }, 32) / Math.sqrt(2 / 576)).toBeCloseTo(1, 1);
  // Linear output: √(1 / 32)
  expect(deviation({ kernel: 1, gain: 1 }, 32) / Math.sqrt(1 / 32)).toBeCloseTo(1, 1);
});

// torch.nn.BatchNorm2d(2) of PyTorch 1.13.1, weight (1.5, 0.5), bias (0.1, −0.2), one call in
// training mode on this input (here NHWC).
const X = [1, 0, 2, -1, 3, 5, 4, 2, 2, 1, 0, 1, 1, 2, -3, -2];
const Y = [
  -0.088982, -0.4499997, 0.666946, -0.6999994, 1.422874, 0.7999988, 2.178802, 0.0499997, 0.666946,
  -0.2, -0.84491, -0.2, -0.088982, 0.0499997, -3.1126939, -0.9499991,
];

test('batch normalisation trains and averages as PyTorch does', () => {
  const model = modelOf([2, 2, 2], (i) => batchNormalisation(i, scope('bn')));
  set(model, 'bn/gamma', [1.5, 0.5]);
  set(model, 'bn/beta', [0.1, -0.2]);
  const x = tf.tensor(X, [2, 2, 2, 2]);
  const y = model.apply(x, { training: true }) as tf.Tensor;
  expect(y.dataSync()).toBeAllClose(Y, { atol: 2e-6 });
  // running_mean and running_var after that call, the latter of the unbiased variance.
  expect(get(model, 'bn/moving_mean')).toBeAllClose([0.125, 0.1]);
  expect(get(model, 'bn/moving_variance')).toBeAllClose([1.35, 1.3571428571428572]);
  // Inference: (1 − 0.125)/√1.35001 · 1.5 + 0.1 = 1.229599, and nothing moves.
  const inference = model.predict(x) as tf.Tensor;
  expect(inference.dataSync()[0]).toBeCloseTo(1.2296, 4);
  expect(get(model, 'bn/moving_mean')).toBeAllClose([0.125, 0.1]);
});

test('batch normalisation of a single value keeps its moving variance finite', () => {
  const model = modelOf([1, 1, 1], (i) => batchNormalisation(i, scope('bn')));
  const y = model.apply(tf.ones([1, 1, 1, 1]), { training: true }) as tf.Tensor;
  expect(y.dataSync()[0]).toBe(0);
  expect(get(model, 'bn/moving_variance')[0]).toBeCloseTo(0.9, 6);
});

test('up-sampling puts cell i at pixel factor · i and interpolates between', () => {
  const model = modelOf([1, 3, 1], (i) => upsampleTo(i, [4, 12], 'up'));
  const y = model.predict(tf.tensor([0, 4, 8], [1, 1, 3, 1])) as tf.Tensor;
  const row = [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8];
  expect(y.dataSync()).toBeAllClose([...row, ...row, ...row, ...row]);
});

test('up-sampling to no whole multiple is refused', () => {
  expect(() => modelOf([3, 4, 1], (i) => upsampleTo(i, [10, 16], 'up'))).toThrow(
    "whole multiple of the features' 3×4, got 10×16",
  );
});

test('a dilated depthwise convolution equals that of TensorFlow.js, and has gradients', () => {
  const build = (i: tf.SymbolicTensor) => depthwise(i, scope('d'), { dilation: 2 });
  const model = modelOf([5, 6, 3], build);
  const x = tf.randomNormal([2, 5, 6, 3], 0, 1, 'float32', 5);
  const w = model.weights[0].read() as tf.Tensor4D;
  const expected = tf.depthwiseConv2d(x as tf.Tensor4D, w, 1, 'same', 'NHWC', 2);
  expect((model.predict(x) as tf.Tensor).dataSync()).toBeAllClose(expected.dataSync(), {
    atol: 1e-5,
  });
  const f = () => tf.sum(tf.square(model.apply(x) as tf.Tensor)).asScalar();
  const variable = w as tf.Variable;
  const gradient = tf.variableGrads(f, [variable]).grads[variable.name].dataSync<'float32'>();
  const at = () => f().dataSync()[0];
  expect(gradientError(at, variable, gradient, [0, 7, 13, 26])).toBeLessThan(1e-3);
});

test('the gradients of convolution, normalisation and up-sampling equal finite differences', () => {
  const model = modelOf([4, 8, 2], (i) => {
    const a = convBnRelu(i, scope('a'), { filters: 3, stride: 2 });
    const b = convBnRelu(a, scope('b'), { filters: 2, dilation: 2 });
    return upsampleTo(
      convolution(b, scope('c'), { filters: 1, kernel: 1, bias: true }),
      [4, 8],
      'u',
    );
  });
  const x = tf.randomNormal([2, 4, 8, 2], 0, 1, 'float32', 3);
  const target = tf.randomNormal([2, 4, 8, 1], 0, 1, 'float32', 4);
  // Every ReLU well above its kink, where central differences would be wrong.
  for (const name of ['a/bn/beta', 'b/bn/beta']) {
    const size = model.weights.find((w) => w.originalName === name)?.shape[0] as number;
    set(model, name, new Array<number>(size).fill(5));
  }
  const f = () =>
    tf.mean(tf.square(tf.sub(model.apply(x, { training: true }) as tf.Tensor, target))).asScalar();
  const variables = model.trainableWeights.map((w) => w.read() as tf.Variable);
  const { grads } = tf.variableGrads(f, variables);
  for (const variable of variables) {
    const gradient = grads[variable.name].dataSync<'float32'>();
    const indices = [0, Math.floor(variable.size / 2), variable.size - 1];
    const at = () => tf.tidy(() => f().dataSync()[0]);
    expect(gradientError(at, variable, gradient, indices)).toBeLessThan(5e-3);
  }
});

test('a saved model loads in plain TensorFlow.js and predicts the same', async () => {
  const model = modelOf([4, 8, 3], (i) => {
    const a = convBnRelu(i, scope('block/a'), { filters: 4, stride: 2 });
    return upsampleTo(convBnRelu(a, scope('block/b'), { filters: 2, dilation: 2 }), [4, 8], 'out');
  });
  const x = tf.randomNormal([2, 4, 8, 3], 0, 1, 'float32', 6);
  model.apply(x, { training: true });
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) });
    }),
  );
  const json = JSON.stringify(saved?.modelTopology);
  expect([...json.matchAll(/"class_name":"(\w+)"/g)].map((m) => m[1]).sort()).toEqual(
    expect.arrayContaining([
      'BatchNormalization',
      'Conv2D',
      'ReLU',
      'UpSampling2D',
      'ZeroPadding2D',
    ]),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved as tf.io.ModelArtifacts));
  expect((loaded.predict(x) as tf.Tensor).dataSync()).toBeAllClose(
    (model.predict(x) as tf.Tensor).dataSync(),
    { atol: 1e-6 },
  );
});
