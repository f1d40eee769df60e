import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  architectures,
  convolution,
  imageClassifier,
  lastFeatures,
  loadMobileNet,
  loadWeights,
  mobileNet,
  mobileNetName,
  multiTaskModel,
  readTfjsWeights,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';
import { gradientError, toyTask } from './toy.ts';

beforeAll(useCpu);

const quarter = 'mobilenet-v1-0.25-224';
const whole = 'mobilenet-v1-1.0-224';

/** Weights of the reference, by their published names. */
type Weights = ReadonlyMap<string, tf.Tensor>;

/** MobileNet v1 by plain TensorFlow.js ops, after the published layer list; no code of ours. */
function reference(image: tf.Tensor4D, w: Weights): tf.Tensor4D {
  const get = <T extends tf.Tensor>(name: string) => w.get(name) as T;
  const norm = (x: tf.Tensor4D, name: string): tf.Tensor4D => {
    const part = (leaf: string) => get<tf.Tensor1D>(`${name}_bn/${leaf}`);
    const y = tf.batchNorm4d(
      x,
      part('moving_mean'),
      part('moving_variance'),
      part('beta'),
      part('gamma'),
      1e-3,
    );
    return tf.clipByValue(y, 0, 6);
  };
  let x = norm(tf.conv2d(image, get('conv1/kernel'), 2, 'same'), 'conv1');
  for (let k = 1; k <= 13; k++) {
    const stride = [2, 4, 6, 12].includes(k) ? 2 : 1;
    x = norm(
      tf.depthwiseConv2d(x, get(`conv_dw_${k}/depthwise_kernel`), stride, 'same'),
      `conv_dw_${k}`,
    );
    x = norm(tf.conv2d(x, get(`conv_pw_${k}/kernel`), 1, 'same'), `conv_pw_${k}`);
  }
  return x;
}

const testImage = () =>
  tf.tidy(() =>
    tf.sin(tf.mul(tf.range(0, 64 * 64 * 3), 0.37)).reshape<tf.Tensor4D>([1, 64, 64, 3]),
  );

withData(quarter)('with ImageNet weights the logits are those of plain ops', async () => {
  const encoder = mobileNet({ alpha: 0.25, outputStride: 32, padAsTensorFlow: true });
  const model = imageClassifier(encoder, 1000, [64, 64], 1);
  expect(await loadMobileNet(model, sharedData(quarter))).toHaveLength(model.weights.length - 2);
  const stored = await readTfjsWeights(sharedData(quarter));
  const head = loadWeights(
    model,
    stored,
    (name) =>
      /^classifier\/(\w+)$/.exec(name) ? name.replace('classifier', 'conv_preds') : undefined,
    ({ shape, data: values }) => ({
      shape: shape.slice(shape.length === 4 ? 2 : 0),
      data: values,
    }),
  );
  expect(head).toEqual(['classifier/kernel', 'classifier/bias']);
  const weights: Weights = new Map(
    Array.from(stored, ([name, t]) => [name, tf.tensor(t.data as Float32Array, [...t.shape])]),
  );
  const pooled = tf.mean(reference(testImage(), weights), [1, 2], true);
  const kernel = weights.get('conv_preds/kernel') as tf.Tensor4D;
  const logits = tf.add(
    tf.conv2d(pooled as tf.Tensor4D, kernel, 1, 'same'),
    weights.get('conv_preds/bias') as tf.Tensor,
  );
  const ours = model.predict(testImage()) as tf.Tensor;
  expect(ours.dataSync()).toBeAllClose(logits.dataSync(), { atol: 1e-4, rtol: 1e-4 });
});

withData(quarter)('weights of one parameter count for alpha 0.25', async () => {
  const stored = await readTfjsWeights(sharedData(quarter));
  const total = [...stored.values()].reduce((n, t) => n + t.data.length, 0);
  // 475,544 numbers, as the data's description states.
  expect(total).toBe(475_544);
});

withData(whole)('alpha 1 loads up to the block whose file is absent', async () => {
  const build = (blocks: number) =>
    imageClassifier(mobileNet({ alpha: 1, outputStride: 16, blocks }), 2, [32, 32], 1);
  const loaded = await loadMobileNet(build(11), sharedData(whole));
  expect(loaded).toContain('encoder/block11/pointwise/conv/kernel');
  await expect(loadMobileNet(build(13), sharedData(whole))).rejects.toThrow(/group37-shard1of1/);
});

test('names follow the published ones', () => {
  expect(mobileNetName('encoder/stem/conv/kernel')).toBe('conv1/kernel');
  expect(mobileNetName('encoder/stem/bn/beta')).toBe('conv1_bn/beta');
  expect(mobileNetName('encoder/block3/depthwise/conv/depthwise_kernel')).toBe(
    'conv_dw_3/depthwise_kernel',
  );
  expect(mobileNetName('encoder/block13/pointwise/bn/moving_mean')).toBe(
    'conv_pw_13_bn/moving_mean',
  );
  expect(mobileNetName('depth/expert2/block1/pointwise/conv/kernel')).toBe('conv_pw_1/kernel');
  // A joint many-task network's.
  expect(mobileNetName('encoder/block3/join/kernel')).toBeUndefined();
  expect(mobileNetName('encoder/aspp/point/conv/kernel')).toBeUndefined();
  expect(mobileNetName('depth/hidden/conv/kernel')).toBeUndefined();
});

const sizes = { tasks: ['a', 'b', 'c'], stages: ['stem', 'block1', 'block2'] };

test.each(architectures.map((one) => [one.name, one] as const))(
  '%s: what is published is found in every copy of the encoder',
  (_, definition) => {
    const [usual] = Object.values(definition.settings(sizes.tasks, sizes.stages));
    const { model } = multiTaskModel({
      encoder: mobileNet({ alpha: 0.25, outputStride: 4, blocks: 2 }),
      tasks: sizes.tasks.map((name) => toyTask(name, 'laplace', 2)),
      ...{ size: [8, 8], seed: 1, architecture: definition.make(usual) },
    });
    const weights = model.weights.map(({ originalName }) => originalName);
    const found = weights.map((name) => mobileNetName(name));
    // Of the stem, and of two halves of two blocks: a kernel and four numbers a channel.
    expect(new Set(found.filter((name) => name !== undefined)).size).toBe(5 * 5);
    const kernels = weights.filter((name) =>
      /^(?!.*attention|carried).*\/(stem|block\d+\/pointwise)\/conv\/kernel$/.test(name),
    );
    expect(kernels.every((name) => mobileNetName(name) !== undefined)).toBe(true);
  },
);

test('a network that has nothing of what is stored is an error', () => {
  const { model } = multiTaskModel({
    encoder: mobileNet({ alpha: 0.25, outputStride: 4, blocks: 2 }),
    ...{ tasks: [toyTask('a', 'laplace', 2)], size: [8, 8], seed: 1 },
  });
  expect(() => loadWeights(model, new Map(), () => undefined)).toThrow(
    /none of the \d+ weights of the network has a name in the stored ones \(first: encoder\/stem/,
  );
});

test('strides become dilations, and dilated depthwise convolutions have gradients', () => {
  const encoder = mobileNet({ alpha: 0.25, outputStride: 4, blocks: 5 });
  const image = tf.input({ shape: [16, 16, 3] });
  const features = lastFeatures(
    encoder.build(image, { name: 'encoder', seed: 1, owner: 'shared' }),
  );
  expect(features.shape).toEqual([null, 4, 4, 64]);
  const output = convolution(
    features,
    { name: 'o', seed: 1, owner: 'shared' },
    { filters: 1, kernel: 1 },
  );
  const model = tf.model({ inputs: image, outputs: output });
  const dilated = model.getLayer('encoder/block5/depthwise/conv');
  expect(dilated.getConfig()['dilationRate']).toEqual([2, 2]);
  const variable = dilated.weights[0].read() as tf.Variable;
  const x = tf.randomNormal([2, 16, 16, 3], 0, 1, 'float32', 8);
  const f = () => tf.sum(tf.square(model.apply(x) as tf.Tensor)).asScalar();
  const gradient = tf.variableGrads(f, [variable]).grads[variable.name].dataSync<'float32'>();
  const at = () => tf.tidy(() => f().dataSync()[0]);
  expect(gradientError(at, variable, gradient, [0, 4, 40], 1e-3)).toBeLessThan(0.02);
});
