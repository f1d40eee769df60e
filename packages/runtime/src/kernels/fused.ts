import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { applyActivation } from '../ops/activation.ts';
import { defineCompositions, type Composition } from './kernel.ts';

/** Fused kernels, which TensorFlow.js uses outside gradients, taken apart. */

const isNchw = ({ dataFormat }: Attrs): boolean => dataFormat === 'NCHW';

/** What is given per channel, where the channels are axis 1 of `[N, C, H, W]`. */
const perChannel = (x: tf.Tensor | undefined, attrs: Attrs): tf.Tensor | undefined =>
  x && isNchw(attrs) && x.rank === 1 && x.size > 1 ? tf.reshape(x, [x.size, 1, 1]) : x;

const finished = (
  y: tf.Tensor,
  { bias, preluActivationWeights }: Readonly<Record<string, tf.Tensor | undefined>>,
  attrs: Attrs,
): tf.Tensor => {
  const offset = perChannel(bias, attrs);
  const alpha = perChannel(preluActivationWeights, attrs);
  return applyActivation(offset ? tf.add(y, offset) : y, attrs, alpha);
};

const convolved =
  (kernel: string): Composition['compose'] =>
  (inputs, attrs) => {
    const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs;
    const geometry = { strides, pad, dilations, dimRoundingMode, dataFormat };
    const { x, filter } = inputs;
    return finished(tf.engine().runKernel(kernel, { x, filter }, geometry as never), inputs, attrs);
  };

const lowered = (activation: unknown) =>
  activation === undefined ||
  activation === null ||
  ['linear', 'relu'].includes(activation as string);

defineCompositions(
  {
    name: 'FusedConv2D',
    lowering:
      'other activations than ReLU, a bias that is not one per channel, NCHW: convolution, addition of ' +
      'the bias, activation',
    when: (attrs, { bias, filter }) =>
      !lowered(attrs['activation']) ||
      isNchw(attrs) ||
      (bias !== undefined && bias.size !== filter.shape[3]),
    compose: convolved('Conv2D'),
  },
  {
    name: 'FusedDepthwiseConv2D',
    lowering: 'depthwise convolution, addition of the bias, activation',
    compose: convolved('DepthwiseConv2dNative'),
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
