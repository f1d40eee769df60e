import * as tf from '@tensorflow/tfjs';

const { layers } = tf;
const image = [6, 7, 16];

/** Small models, one per kind of layer. The names say what a failure points at. */
export const models: Readonly<Record<string, { shape: number[]; make: () => tf.layers.Layer[] }>> =
  {
    'conv2d, strides, explicit activation': {
      shape: image,
      make: () => [
        layers.conv2d({
          filters: 16,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          activation: 'relu',
        }),
        layers.conv2d({ filters: 5, kernelSize: [1, 3], activation: 'elu' }),
      ],
    },
    'conv2d, dilation': {
      shape: image,
      make: () => [
        layers.conv2d({ filters: 16, kernelSize: 3, dilationRate: 2, padding: 'same' }),
        layers.conv2d({
          filters: 4,
          kernelSize: 3,
          dilationRate: 2,
          useBias: false,
          activation: 'tanh',
          padding: 'same',
        }),
      ],
    },
    conv2dTranspose: {
      shape: image,
      make: () => [
        layers.conv2dTranspose({
          filters: 16,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          activation: 'sigmoid',
        }),
      ],
    },
    depthwiseConv2d: {
      shape: image,
      make: () => [
        layers.depthwiseConv2d({
          kernelSize: 3,
          strides: 2,
          padding: 'same',
          activation: 'relu6',
        }),
        layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }),
      ],
    },
    'depthwiseConv2d, dilation': {
      shape: image,
      make: () => [layers.depthwiseConv2d({ kernelSize: 3, dilationRate: 2, padding: 'same' })],
    },
    separableConv2d: {
      shape: image,
      make: () => [layers.separableConv2d({ filters: 8, kernelSize: 3, activation: 'selu' })],
    },
    'dense, every activation': {
      shape: [7],
      make: () =>
        (
          [
            'elu',
            'hardSigmoid',
            'linear',
            'relu',
            'relu6',
            'selu',
            'sigmoid',
            'softmax',
            'softplus',
            'softsign',
            'tanh',
            'swish',
            'mish',
            'gelu',
          ] as const
        ).map((activation) => layers.dense({ units: 6, activation: activation })),
    },
    'advanced activations': {
      shape: image,
      make: () => [
        layers.prelu({ sharedAxes: [1, 2], alphaInitializer: 'ones' }),
        layers.leakyReLU({ alpha: 0.2 }),
        layers.elu(),
        layers.thresholdedReLU({ theta: 0.1 }),
        layers.reLU({ maxValue: 2 }),
        layers.reLU({ maxValue: 6 }),
        layers.softmax({ axis: 3 }),
      ],
    },
    'batchNormalization with moving averages': {
      shape: image,
      make: () => [
        layers.conv2d({ filters: 16, kernelSize: 1 }),
        layers.batchNormalization({ momentum: 0.8 }),
        layers.activation({ activation: 'relu' }),
        layers.batchNormalization({ center: false }),
        layers.batchNormalization({ scale: false, center: false }),
      ],
    },
    layerNormalization: {
      shape: image,
      make: () => [
        layers.layerNormalization({ axis: -1 }),
        layers.layerNormalization({ axis: [2, 3] }),
      ],
    },
    'pooling, resizing, padding, cropping': {
      shape: [12, 14, 16],
      make: () => [
        layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
        layers.zeroPadding2d({
          padding: [
            [1, 2],
            [0, 1],
          ],
        }),
        layers.averagePooling2d({ poolSize: 2, strides: 2, padding: 'same' }),
        layers.upSampling2d({ size: [2, 3] }),
        layers.upSampling2d({ size: [1, 2], interpolation: 'bilinear' }),
        layers.cropping2D({
          cropping: [
            [1, 0],
            [0, 2],
          ],
        }),
        layers.conv2d({ filters: 3, kernelSize: 1 }),
        layers.globalMaxPooling2d({}),
      ],
    },
    'flatten, reshape, permute, repeat': {
      shape: [4, 6],
      make: () => [
        layers.permute({ dims: [2, 1] }),
        layers.reshape({ targetShape: [3, 8] }),
        layers.conv1d({ filters: 4, kernelSize: 2 }),
        layers.globalAveragePooling1d({}),
        layers.repeatVector({ n: 2 }),
        layers.flatten(),
        layers.dense({ units: 3 }),
      ],
    },
    'lstm, gru and simple rnn': {
      shape: [4, 3],
      make: () => [
        layers.lstm({ units: 4, returnSequences: true }),
        layers.gru({ units: 4, returnSequences: true }),
        layers.simpleRNN({ units: 3 }),
      ],
    },
  };
