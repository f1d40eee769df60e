import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { defineCompositions, type Composition } from './kernel.ts';

/** Convolutions of `[N, C, H, W]`, which TensorFlow.js calls NCHW: those of `[N, H, W, C]`, turned. */

const last = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 3, 1]);
const first = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 3, 1, 2]);

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

defineCompositions(
  channelsFirst('Conv2D', ['x']),
  channelsFirst('Conv2DBackpropInput', ['dy']),
  channelsFirst('Conv2DBackpropFilter', ['x', 'dy'], false),
);
