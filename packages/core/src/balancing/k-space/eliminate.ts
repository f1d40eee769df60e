import * as tf from '@tensorflow/tfjs';

/** Linear systems solved side by side. */
export interface Eliminated {
  /** A⁻¹ B, `[S, K, R]`; of no meaning where A is singular. */
  readonly solution: tf.Tensor3D;
  /** `[S, 1, 1]`: the smallest pivot of each, near 0 where A is singular. */
  readonly pivot: tf.Tensor3D;
}

/**
 * Solves `A X = B` for S systems at once by Gauss–Jordan elimination, without exchange of rows: for
 * matrices whose pivots on the diagonal are safe, as those of positive definite ones. K steps of eight
 * operations, whatever S is.
 * @param A `[S, K, K]`
 * @param B `[S, K, R]`
 * @param smallest pivots below this count as this, so that all numbers stay finite
 */
export function eliminate(A: tf.Tensor3D, B: tf.Tensor3D, smallest: number): Eliminated {
  const [S, K, R] = B.shape;
  let T = tf.concat<tf.Tensor3D>([A, B], 2);
  const pivots: tf.Tensor3D[] = [];
  for (let k = 0; k < K; k++) {
    const row = tf.slice(T, [0, k, 0], [S, 1, K + R]);
    const column = tf.slice(T, [0, 0, k], [S, K, 1]);
    const pivot = tf.slice(row, [0, 0, k], [S, 1, 1]);
    pivots.push(pivot);
    // Row k becomes itself over the pivot: T_k − (p − 1) T_k / p.
    const factor = tf.sub(column, unit(k, K));
    T = tf.sub(T, tf.mul(factor, tf.div(row, tf.maximum(pivot, smallest))));
  }
  return {
    solution: tf.slice(T, [0, 0, K], [S, K, R]),
    pivot: pivots.reduce((a, b) => tf.minimum(a, b)),
  };
}

/** The k-th unit vector, `[1, K, 1]`. */
function unit(k: number, K: number): tf.Tensor3D {
  return tf.tensor3d(
    Array.from({ length: K }, (_, i) => (i === k ? 1 : 0)),
    [1, K, 1],
  );
}
