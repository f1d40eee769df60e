import * as tf from '@tensorflow/tfjs';

/** `x` as a constant of the differentiation: sg[x] (TensorFlow.js has no such op). */
export const stopGradient: <T extends tf.Tensor>(x: T) => T = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: () => tf.zerosLike(x as tf.Tensor),
})) as never;
