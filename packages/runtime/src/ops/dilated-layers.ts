import * as tf from '@tensorflow/tfjs';
import { layerInSteps } from './inside-step.ts';

/**
 * A `tf.layers.conv2d` with a dilation calls TensorFlow.js's fused convolution, whose own gradient
 * refuses dilation. Inside steps such layers call `tf.conv2d`, the addition of the bias and the
 * activation one by one; layers without dilation are untouched.
 */

interface ConvolutionLayer {
  rank: number;
  kernel: { read(): tf.Tensor4D };
  bias: { read(): tf.Tensor1D } | null;
  useBias: boolean;
  strides: [number, number];
  padding: 'same' | 'valid';
  dataFormat: 'channelsFirst' | 'channelsLast';
  dilationRate: number | [number, number];
  activation: { apply(x: tf.Tensor): tf.Tensor } | null;
}

const isOne = (rate: number | readonly number[]) => [rate].flat().every((d) => d === 1);

layerInSteps<ConvolutionLayer>(
  tf.layers.conv2d({ name: 'class', filters: 1, kernelSize: 1 }),
  (layer, x) => {
    if (layer.rank !== 2 || isOne(layer.dilationRate) || layer.dataFormat !== 'channelsLast') {
      return undefined;
    }
    return tf.tidy(() => {
      const { strides, padding, dilationRate } = layer;
      const y = tf.conv2d(
        x as tf.Tensor4D,
        layer.kernel.read(),
        strides,
        padding,
        'NHWC',
        dilationRate,
      );
      const shifted = layer.useBias && layer.bias ? tf.add(y, layer.bias.read()) : y;
      return layer.activation ? layer.activation.apply(shifted) : shifted;
    });
  },
);
