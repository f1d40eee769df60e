import * as tf from '@tensorflow/tfjs';

/**
 * Solves `A x = b` by Gauss–Jordan elimination without exchange of rows, for positive definite
 * matrices: K steps of seven operations.
 * @param A `[K, K]`
 * @param b `[K]`
 * @param smallest pivots below this count as this, so that all numbers stay finite
 */
export function eliminate(A: tf.Tensor2D, b: tf.Tensor1D, smallest: number): tf.Tensor1D {
  const K = b.shape[0];
  let T = tf.concat<tf.Tensor2D>([A, tf.reshape(b, [K, 1])], 1);
  for (let k = 0; k < K; k++) {
    // Of the columns only those from k on are still needed.
    const width = K - k;
    const column = tf.slice(T, [0, 0], [K, 1]);
    const rest = tf.slice(T, [0, 1], [K, width]);
    const pivot = tf.slice(column, [k, 0], [1, 1]);
    const row = tf.div(tf.slice(rest, [k, 0], [1, width]), tf.maximum(pivot, smallest));
    // Row k becomes T_k / p = T_k − (p − 1) T_k / p.
    T = tf.sub(rest, tf.mul(tf.sub(column, tf.reshape(unit(k, K), [K, 1])), row));
  }
  return tf.reshape(T, [K]);
}

/** The k-th unit vector, `[1, K, 1]`. */
export function unit(k: number, K: number): tf.Tensor3D {
  return tf.tensor3d(
    Array.from({ length: K }, (_, i) => (i === k ? 1 : 0)),
    [1, K, 1],
  );
}
