import * as tf from '@tensorflow/tfjs';

/** More below the largest entry than any that is inside. */
const FAR = 1e30;

/**
 * The nearest point to x of the simplex `wᵢ ≥ 0`, `Σ wᵢ = total` (Held, Wolfe & Crowder 1974):
 *
 * `wᵢ = max(xᵢ − θ, 0)`, `θ = maxᵢ (Σ xⱼ over xⱼ ≥ xᵢ, − total) / count`.
 *
 * θ of the k largest rises with k as long as the next one is above it, so that its maximum is the one that leaves
 * `Σ w = total`: nothing is sorted. So (0.9, 0.5, −1) with total 1 gives (0.7, 0.3, 0).
 * @param x `[K]`
 * @param inside `[K]`, 1 or 0: w is 0 where it is 0, whatever x is there
 * @param total above 0, or 0: then w is 0
 */
export function onSimplex(
  x: tf.Tensor1D,
  inside: tf.Tensor1D,
  total: tf.Scalar | number,
): tf.Tensor1D {
  const K = x.shape[0];
  const outside = tf.mul(tf.sub(1, inside), FAR);
  const masked = tf.mul(x, inside);
  // From the largest down, so that the numbers that count are small ones, however large x is.
  const below = tf.mul<tf.Tensor1D>(tf.sub(masked, tf.max(tf.sub(masked, outside))), inside);
  const column = tf.reshape<tf.Rank.R2>(below, [K, 1]);
  const above = tf.mul(tf.cast(tf.greaterEqual(below, column), 'float32'), inside);
  const count = tf.maximum(tf.sum(above, 1), 1);
  const theta = tf.div(tf.sub(tf.sum(tf.mul(above, below), 1), total), count);
  const most = tf.max(tf.sub(theta, outside));
  return tf.mul(tf.relu(tf.sub(below, most)), inside);
}
