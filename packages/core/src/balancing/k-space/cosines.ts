import * as tf from '@tensorflow/tfjs';

/** Squared lengths below this count as 0. */
const SMALLEST = 1e-30;

/** A Gram matrix taken apart into what has no unit and the lengths. */
export interface Cosines {
  /** `[K, K]`: `Cᵢⱼ = gᵢ · gⱼ / (‖gᵢ‖ ‖gⱼ‖)`; rows of zero gradients are zero. */
  readonly C: tf.Tensor2D;
  /** `[K]`: ‖gᵢ‖. */
  readonly lengths: tf.Tensor1D;
  /** `[K]`: 1 / ‖gᵢ‖, 0 where the gradient is 0. */
  readonly inverse: tf.Tensor1D;
  /** `[K]`: 1 where the gradient is not 0. */
  readonly live: tf.Tensor1D;
}

/**
 * The angles and the lengths of gradients. Solvers that work on C see numbers of the same size whatever
 * the units of the losses are.
 * @param gram `Mᵢⱼ = gᵢ · gⱼ`, `[K, K]`
 */
export function cosines(gram: tf.Tensor2D): Cosines {
  const K = gram.shape[0];
  const identity = tf.eye(K);
  const squares = tf.sum<tf.Tensor1D>(tf.mul(gram, identity), 1);
  const live = tf.cast<tf.Tensor1D>(tf.greater(squares, SMALLEST), 'float32');
  const lengths = tf.sqrt(tf.mul<tf.Tensor1D>(squares, live));
  const inverse = tf.div<tf.Tensor1D>(live, tf.sqrt(tf.maximum(squares, SMALLEST)));
  const column = tf.reshape<tf.Rank.R2>(inverse, [K, 1]);
  const C = tf.mul<tf.Tensor2D>(tf.mul(gram, column), inverse);
  return { C, lengths, inverse, live };
}

/** `x / Σ x`; 0 where the sum is not above `SMALLEST`. */
export function normalised<T extends tf.Tensor>(x: T): T {
  const total = tf.sum(x);
  return tf.div(
    tf.mul(x, tf.cast(tf.greater(total, SMALLEST), 'float32')),
    tf.maximum(total, SMALLEST),
  );
}

/** `M x` of a matrix `[K, K]` and a vector `[K]`. */
export function product(matrix: tf.Tensor2D, vector: tf.Tensor1D): tf.Tensor1D {
  const K = vector.shape[0];
  return tf.reshape(tf.matMul(matrix, tf.reshape(vector, [K, 1])), [K]);
}
