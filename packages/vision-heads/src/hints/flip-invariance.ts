import type { Objective } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/**
 * A hint on virtual examples (Abu-Mostafa 1990): what a head f says of a mirrored image is, mirrored
 * back, what it says of the image, `L = λ mean((m(f(m(x))) − f(x))²)`. It needs no labels. For maps of
 * classes and numbers; of a map of vectors a mirror also turns the x, which this does not.
 * @param task the head's name, output `[B, H, W, C]`
 * @param options λ; the stream of `image` `[B, H, W, 3]`; what of the output is compared: of class
 *   logits `tf.softmax`, since a number added to all of them says nothing
 */
export function flipInvariance(
  task: string,
  { weight = 1, stream = 'unlabelled', compared = (output: tf.Tensor): tf.Tensor => output } = {},
): Objective {
  const mirror = (map: tf.Tensor): tf.Tensor => tf.reverse(map, 2);
  return {
    name: `flip-${task}`,
    stream,
    arrays: {},
    loss(forward, batch) {
      const plain = compared(forward(batch).outputs[task]);
      const mirrored = forward({ image: mirror(batch['image']) }).outputs[task];
      const error = tf.mean(tf.square(tf.sub(mirror(compared(mirrored)), plain)));
      return { value: tf.mul(error, weight), present: tf.scalar(1) };
    },
  };
}
