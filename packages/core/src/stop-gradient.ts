import * as tf from '@tensorflow/tfjs';

/**
 * `x` as a constant of the differentiation: sg[x] (TensorFlow.js has no such op).
 * @example
 * ```ts
 * import { stopGradient } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * // d (x · sg[x]) / dx = sg[x], not 2 x.
 * tf.grad((x) => tf.mul(x, stopGradient(x)))(tf.scalar(3)).arraySync(); // → 3
 * ```
 */
export const stopGradient: <T extends tf.Tensor>(x: T) => T = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: () => tf.zerosLike(x as tf.Tensor),
})) as never;
