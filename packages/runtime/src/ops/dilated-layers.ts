import * as tf from '@tensorflow/tfjs';

/**
 * A `tf.layers.conv2d` with a dilation calls TensorFlow.js's fused convolution, whose own gradient
 * refuses dilation. Importing this module makes such layers call `tf.conv2d`, the addition of the
 * bias and the activation one by one; layers without dilation are untouched.
 */

type LayerCall = (
  this: tf.layers.Layer,
  inputs: tf.Tensor | tf.Tensor[],
  kwargs: unknown,
) => tf.Tensor | tf.Tensor[];

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

// The class that defines `call` is not exported; it is the prototype of the layer's own class.
const conv2d = tf.layers.conv2d({ filters: 1, kernelSize: 1 });
let prototype = Object.getPrototypeOf(conv2d) as { call: LayerCall };
while (!Object.hasOwn(prototype, 'call')) {
  prototype = Object.getPrototypeOf(prototype) as { call: LayerCall };
}
const { call } = prototype;

prototype.call = function (this: tf.layers.Layer, inputs, kwargs) {
  const layer = this as unknown as ConvolutionLayer;
  if (layer.rank !== 2 || isOne(layer.dilationRate) || layer.dataFormat !== 'channelsLast') {
    return call.call(this, inputs, kwargs);
  }
  return tf.tidy(() => {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    const { strides, padding, dilationRate } = layer;
    const y = tf.conv2d(x, layer.kernel.read(), strides, padding, 'NHWC', dilationRate);
    const shifted = layer.useBias && layer.bias ? tf.add(y, layer.bias.read()) : y;
    return layer.activation ? layer.activation.apply(shifted) : shifted;
  });
};
