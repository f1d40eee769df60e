import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { applyActivation } from '../ops/activation.ts';
import { defineCompositions } from './kernel.ts';

/** Fused kernels, which TensorFlow.js uses outside gradients, taken apart. */

const convolution = (kernel: string, x: tf.Tensor, filter: tf.Tensor, attrs: Attrs): tf.Tensor => {
  const { strides, pad, dilations, dimRoundingMode } = attrs;
  const geometry = { strides, pad, dilations, dimRoundingMode, dataFormat: 'NHWC' };
  return tf.engine().runKernel(kernel, { x, filter }, geometry as never);
};

const finished = (
  y: tf.Tensor,
  { bias, preluActivationWeights }: Readonly<Record<string, tf.Tensor>>,
  attrs: Attrs,
): tf.Tensor => applyActivation(bias ? tf.add(y, bias) : y, attrs, preluActivationWeights);

const lowered = (activation: unknown) =>
  activation === undefined ||
  activation === null ||
  ['linear', 'relu'].includes(activation as string);

defineCompositions(
  {
    name: 'FusedConv2D',
    lowering: 'other activations than ReLU: convolution, addition of the bias, activation',
    when: ({ activation }) => !lowered(activation),
    compose: (inputs, attrs) =>
      finished(convolution('Conv2D', inputs['x'], inputs['filter'], attrs), inputs, attrs),
  },
  {
    name: 'FusedDepthwiseConv2D',
    lowering: 'depthwise convolution, addition of the bias, activation',
    compose: (inputs, attrs) => {
      const y = convolution('DepthwiseConv2dNative', inputs['x'], inputs['filter'], attrs);
      return finished(y, inputs, attrs);
    },
  },
  {
    name: '_FusedMatMul',
    lowering: 'matrix product, addition of the bias, activation',
    compose: (inputs, attrs) => {
      const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
      const y = tf.matMul(inputs['a'], inputs['b'], transposeA, transposeB);
      return finished(y, inputs, attrs);
    },
  },
);
