import * as tf from '@tensorflow/tfjs';
import { complementary } from './complementarity.ts';
import { normalised, type Cosines } from './cosines.ts';

/** Lengths count as at least this share of the largest, so that a zero gradient has one. */
const SHORTEST = 1e-12;
/** Lengths below this are 0. */
const NOTHING = 1e-30;

/** `aᵢ = min l / lᵢ`, `[K]`, over what is present: 1 for the shortest, 0 where absent. */
export function comparedLengths(lengths: tf.Tensor1D, present: tf.Tensor1D): tf.Tensor1D {
  const floor = tf.maximum(tf.mul(tf.max(lengths), SHORTEST), NOTHING);
  const l = tf.maximum<tf.Tensor1D>(lengths, floor);
  const least = tf.min(tf.add(l, tf.mul(tf.sub(1, present), tf.max(l))));
  return tf.mul(present, tf.div(least, l));
}

/**
 * The shortest vector of the convex hull of vectors `lᵢ uᵢ`, with uᵢ of length 1 and `uᵢ · uⱼ = Cᵢⱼ`:
 *
 * `min ‖Σ wᵢ lᵢ uᵢ‖²` over `wᵢ ≥ 0`, `Σ wᵢ = 1`.
 *
 * With `aᵢ = min l / lᵢ` and `w ∝ a x` it is the complementarity problem `z = (C + a aᵀ) x − a`, in
 * which all numbers are of size 1 however much the lengths differ.
 * @param lengths l, `[K]`
 * @param present `[K]`: 0 where w must be 0
 * @returns w, `[K]`
 */
export function shortest(
  { C }: Pick<Cosines, 'C'>,
  lengths: tf.Tensor1D,
  present: tf.Tensor1D,
): tf.Tensor1D {
  const K = lengths.shape[0];
  const a = comparedLengths(lengths, present);
  const column = tf.reshape<tf.Rank.R2>(a, [K, 1]);
  // What is absent has a row of its own.
  const M = tf.add<tf.Tensor2D>(tf.mul(column, a), withUnits(C, tf.sub(1, present)));
  const { y } = complementary(M, tf.neg(column));
  return normalised(tf.mul<tf.Tensor1D>(a, tf.reshape(y, [K])));
}

/** C with ones added on its diagonal where `where` is 1, `[K]`. */
export const withUnits = (C: tf.Tensor2D, where: tf.Tensor1D): tf.Tensor2D =>
  tf.add(C, tf.mul(tf.eye(C.shape[0]), where));
