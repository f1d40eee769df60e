import * as tf from '@tensorflow/tfjs';
import { trained, type TrainedModel } from './example.ts';

const { layers } = tf;
const digit = [28, 28, 1];
const conv = (filters: number, kernelSize = 3, more = {}) =>
  layers.conv2d({ filters, kernelSize, activation: 'relu', ...more });
const pool = () => layers.maxPooling2d({ poolSize: 2, strides: 2 });
const classes = { loss: 'categoricalCrossentropy', y: ['one-hot'] as const };

/** Keeps what is above the mean and what is below it, in channels of their own. */
class TwoSided extends layers.Layer {
  static readonly className = 'TwoSided';

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return [...shape.slice(0, -1), 2 * (shape[shape.length - 1] as number)];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = [inputs].flat();
    const centred = tf.sub(input, tf.mean(input, [1, 2, 3], true));
    return tf.concat([tf.relu(centred), tf.relu(tf.neg(centred))], 3);
  }
}

/** Two pairs of convolutions, a wide layer. */
const deepDigits = () =>
  tf.sequential({
    layers: [
      conv(32, 3, { inputShape: digit }),
      ...[conv(32), pool(), conv(64), conv(64), pool(), layers.flatten()],
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: 512, activation: 'relu' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });

const fashion = () =>
  tf.sequential({
    layers: [
      layers.batchNormalization({ inputShape: digit }),
      ...[conv(64, 4, { padding: 'same' }), pool(), layers.dropout({ rate: 0.1 })],
      ...[conv(64, 4), pool(), layers.dropout({ rate: 0.3 }), layers.flatten()],
      layers.dense({ units: 256, activation: 'relu' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 64, activation: 'relu' }),
      layers.batchNormalization(),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });

/** The first layers of a classifier of digits are frozen, a new end is trained. */
const transferred = () => {
  const trunk = [
    conv(32, 3, { inputShape: digit }),
    ...[conv(32), pool(), layers.dropout({ rate: 0.25 }), layers.flatten()],
  ];
  for (const layer of trunk) layer.trainable = false;
  return tf.sequential({
    layers: [
      ...trunk,
      layers.dense({ units: 128, activation: 'relu' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 5, activation: 'softmax' }),
    ],
  });
};

/** A frozen trunk of separable convolutions, a head for a class and a box. */
const detector = () => {
  const separable = (filters: number, strides: number) => [
    layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', useBias: false }),
    ...[layers.batchNormalization(), layers.reLU({ maxValue: 6 })],
    layers.conv2d({ kernelSize: 1, filters, useBias: false }),
    ...[layers.batchNormalization(), layers.reLU({ maxValue: 6 })],
  ];
  const trunk = tf.sequential({
    layers: [
      layers.conv2d({
        ...{ kernelSize: 3, filters: 8, strides: 2, padding: 'same', inputShape: [64, 64, 3] },
      }),
      ...[...separable(16, 1), ...separable(32, 2), ...separable(64, 2)],
    ],
  });
  trunk.trainable = false;
  return tf.sequential({
    layers: [
      trunk,
      layers.flatten(),
      layers.dense({ units: 200, activation: 'relu' }),
      layers.dense({ units: 5 }),
    ],
  });
};

/** Real or made, and of which class: the judge of images. */
const judge = (trainable: boolean) => {
  const image = tf.input({ shape: digit });
  const leaky = (filters: number, strides: number) => [
    layers.conv2d({ filters, kernelSize: 3, padding: 'same', strides }),
    ...[layers.leakyReLU({ alpha: 0.2 }), layers.dropout({ rate: 0.3 })],
  ];
  const stages = [leaky(32, 2), leaky(64, 1), leaky(128, 2), leaky(256, 1)].flat();
  const features = [...stages, layers.flatten()].reduce(
    (value, layer) => layer.apply(value) as tf.SymbolicTensor,
    image,
  );
  const real = layers.dense({ units: 1, activation: 'sigmoid' }).apply(features);
  const label = layers.dense({ units: 10, activation: 'softmax' }).apply(features);
  const model = tf.model({ inputs: image, outputs: [real, label] as tf.SymbolicTensor[] });
  model.trainable = trainable;
  return model;
};

/** Makes images of a class from noise, and has them judged. */
const makerAndJudge = () => {
  const noise = tf.input({ shape: [100] });
  const label = tf.input({ shape: [1] });
  const up = (filters: number, strides: number, activation: 'relu' | 'tanh') =>
    layers.conv2dTranspose({
      ...{ filters, strides, activation, kernelSize: 5 },
      padding: strides === 1 ? 'valid' : 'same',
    });
  const maker = tf.sequential({
    layers: [
      layers.dense({ units: 3 * 3 * 384, activation: 'relu', inputShape: [100] }),
      layers.reshape({ targetShape: [3, 3, 384] }),
      ...[up(192, 1, 'relu'), layers.batchNormalization()],
      ...[up(96, 2, 'relu'), layers.batchNormalization(), up(1, 2, 'tanh')],
    ],
  });
  const embedding = layers.embedding({ inputDim: 10, outputDim: 100 }).apply(label);
  const mixed = layers
    .multiply()
    .apply([noise, layers.flatten().apply(embedding) as tf.SymbolicTensor]);
  const outputs = judge(false).apply(maker.apply(mixed));
  return tf.model({ inputs: [noise, label], outputs: outputs as tf.SymbolicTensor[] });
};
const judged = {
  ...{ loss: ['binaryCrossentropy', 'sparseCategoricalCrossentropy'], batch: 4, random: true },
  ...{ optimizer: () => tf.train.adam(0.0002, 0.5), targets: [[1], [1]] },
  y: [{ below: 2 }, { below: 10 }],
};

/** Networks of images. */
const table: readonly TrainedModel[] = [
  {
    ...{ id: 'mnist, convolutions', optimizer: 'rmsprop', batch: 16, x: ['pixels'], ...classes },
    model: () =>
      tf.sequential({
        layers: [
          ...[conv(16, 3, { inputShape: digit }), pool(), conv(32), pool(), conv(32)],
          layers.flatten(),
          layers.dense({ units: 64, activation: 'relu' }),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
    metrics: ['accuracy'],
  },
  {
    ...{ id: 'mnist, dense', optimizer: 'rmsprop', batch: 64, x: ['pixels'], ...classes },
    model: () =>
      tf.sequential({
        layers: [
          layers.flatten({ inputShape: digit }),
          layers.dense({ units: 42, activation: 'relu' }),
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
    metrics: ['accuracy'],
  },
  {
    ...{ id: 'mnist-node', model: deepDigits, random: true, x: ['pixels'], ...classes },
    ...{ optimizer: 'rmsprop', batch: 4, metrics: ['accuracy'] },
  },
  {
    ...{ id: 'mnist-transfer-cnn', model: transferred, random: true, x: ['pixels'], ...classes },
    ...{ optimizer: () => tf.train.adam(0.01), batch: 8, metrics: ['acc'] },
  },
  {
    ...{ id: 'quantization, fashion', model: fashion, random: true, x: ['pixels'], ...classes },
    ...{ optimizer: 'adam', batch: 4, metrics: ['accuracy'] },
  },
  { id: 'mnist-acgan, judge', model: () => judge(true), ...judged },
  { id: 'mnist-acgan, maker', model: makerAndJudge, x: ['normals', { below: 10 }], ...judged },
  {
    ...{ id: 'simple-object-detection', model: detector, batch: 4, x: ['pixels'] },
    optimizer: () => tf.train.rmsprop(0.005),
    // The class weighs as much as the sides of the box, which are numbers of pixels.
    loss: (truth: tf.Tensor, found: tf.Tensor) =>
      tf.metrics.meanSquaredError(tf.mul(truth, [64, 1, 1, 1, 1]), found),
  },
  {
    ...{ id: 'custom-layer', optimizer: 'adam', batch: 8, x: ['pixels'], ...classes },
    model: () =>
      tf.sequential({
        layers: [
          layers.conv2d({ filters: 8, kernelSize: 3, inputShape: digit }),
          ...[new TwoSided({}), pool(), layers.flatten()],
          layers.dense({ units: 10, activation: 'softmax' }),
        ],
      }),
  },
];

export const imageExamples = table.map(trained);
