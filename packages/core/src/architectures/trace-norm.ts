import * as tf from '@tensorflow/tfjs';
import { eigen } from '../balancing/k-space/eigen.ts';

/** Share of the whole that is added to each eigenvalue: where one is 0 the norm has an edge. */
const SMOOTHING = 1e-6;

/**
 * The trace norm `‖X‖_* = Σ σᵢ(X)` of K rows of n numbers, smoothed: `tr (G + ε tr(G) I)^½` with `G = X Xᵀ`, ε 1e-6.
 * Nothing of the size of n is decomposed: the squares of the singular values are the eigenvalues of G, `[K, K]`, and
 * with `P = (G + ε tr(G) I)^−½` the gradient is `(P + ε tr(P) I) X`. Neither needs a value from the graph, so that a
 * step may be captured.
 * @param rows X, `[K, n]`
 * @example
 * ```ts
 * import { traceNorm } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * // Singular values 3 and 4; of two equal rows √2 · 5 and 0.
 * const apart = traceNorm(tf.tensor2d([[3, 0], [0, 4]])).arraySync();
 * const alike = traceNorm(tf.tensor2d([[3, 4], [3, 4]])).arraySync();
 * [apart.toFixed(2), alike.toFixed(2)]; // → ['7.00', '7.08']
 * ```
 */
export const traceNorm = tf.customGrad((given, save) => {
  const rows = given as tf.Tensor2D;
  (save as tf.GradSaveFunc)([rows]);
  const { roots, length } = rootsOf(rows);
  return {
    value: tf.mul(tf.sum(roots), length),
    // Once more from the rows, in place of keeping what was made of them; compiled it is the same.
    gradFunc: (dy: tf.Tensor, [kept]: tf.Tensor[]) => tf.mul(slopeOf(kept as tf.Tensor2D), dy),
  };
}) as (rows: tf.Tensor2D) => tf.Scalar;

/** `(eigenvalues of G / size + ε)^½`, their vectors, and `size^½`, with size = tr(G). */
function rootsOf(rows: tf.Tensor2D) {
  // Of size 1, as the eigenvalues are computed; against 0 / 0 where all rows are 0.
  const size = tf.add(tf.sum(tf.square(rows)), 1e-30);
  const { values, vectors } = eigen(tf.div(tf.matMul(rows, rows, false, true), size));
  const roots = tf.sqrt(tf.add(tf.maximum(values, 0), SMOOTHING));
  return { roots, vectors, length: tf.sqrt(size) };
}

/** `(P + ε tr(P) I) X`. */
function slopeOf(rows: tf.Tensor2D): tf.Tensor2D {
  const { roots, vectors, length } = rootsOf(rows);
  const inverse = tf.div(1, roots);
  const P = tf.matMul(tf.mul(vectors, inverse), vectors, false, true);
  const whole = tf.add(P, tf.mul(tf.eye(rows.shape[0]), tf.mul(tf.sum(inverse), SMOOTHING)));
  return tf.matMul(tf.div(whole, length), rows);
}
