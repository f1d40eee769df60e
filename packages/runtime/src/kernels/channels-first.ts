import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { channelsLast } from '../ops/data-format.ts';
import { defineCompositions, type Composition } from './kernel.ts';

/** Convolutions of `[N, C, H, W]`, which TensorFlow.js calls NCHW: those of `[N, H, W, C]`, turned. */

const { last, first } = channelsLast('NCHW');

/**
 * @param images inputs that are images; filters have their channels last in either format
 * @param made whether the result is an image
 */
const channelsFirst = (name: string, images: readonly string[], made = true): Composition => ({
  name,
  lowering: 'NCHW: transposes around it',
  when: ({ dataFormat }) => dataFormat === 'NCHW',
  compose: (inputs, attrs) => {
    const turned = Object.fromEntries(
      Object.entries(inputs).map(([key, x]) => [key, images.includes(key) ? last(x) : x]),
    );
    const y = tf.engine().runKernel<tf.Tensor>(name, turned, withChannelsLast(attrs) as never);
    return made ? first(y) : y;
  },
});

function withChannelsLast(attrs: Attrs): Attrs {
  const { inputShape, pad } = attrs;
  const turned = (list: readonly unknown[]) => [0, 2, 3, 1].map((axis) => list[axis]);
  return {
    ...attrs,
    dataFormat: 'NHWC',
    ...(Array.isArray(inputShape) && { inputShape: turned(inputShape) }),
    ...(Array.isArray(pad) && { pad: turned(pad) }),
  };
}

type Shape4 = [number, number, number, number];

/** Shape of a convolution's result, channels last. */
const resultShape = (filter: tf.Tensor, attrs: Attrs): Shape4 =>
  tf.backend_util.computeConv2DInfo(
    attrs['inputShape'] as Shape4,
    filter.shape as Shape4,
    attrs['strides'] as number,
    1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as 'floor' | undefined,
  ).outShape;

const turnedInputGradient = channelsFirst('Conv2DBackpropInput', ['dy']);

/**
 * `tf.conv2dTranspose` takes an image that is larger than a convolution of its result would be, and
 * reads its upper left part.
 */
const inputGradient: Composition = {
  ...turnedInputGradient,
  lowering: `${turnedInputGradient.lowering}; of a dy that is too large: Slice`,
  when: (attrs, { dy, filter }) =>
    attrs['dataFormat'] === 'NCHW' ||
    resultShape(filter, attrs).some((size, axis) => size < dy.shape[axis]),
  compose: (inputs, attrs) => {
    if (attrs['dataFormat'] === 'NCHW') return turnedInputGradient.compose(inputs, attrs);
    const { dy, filter } = inputs;
    const part = tf.slice(dy, [0, 0, 0, 0], resultShape(filter, attrs));
    return tf.engine().runKernel('Conv2DBackpropInput', { dy: part, filter }, attrs as never);
  },
};

defineCompositions(
  channelsFirst('Conv2D', ['x']),
  channelsFirst('DepthwiseConv2dNative', ['x']),
  inputGradient,
  channelsFirst('Conv2DBackpropFilter', ['x', 'dy'], false),
);
