import * as tf from '@tensorflow/tfjs';
import { normalised, type Cosines } from './cosines.ts';
import { withUnits } from './hull.ts';
import { chosen, MOST, supports } from './supports.ts';

/** Sums of a support's λ below this are 0. */
const SMALLEST = 1e-6;
/** Added where a support may not be taken. */
const FAR = 1e6;

/**
 * The direction that serves the worst-off objective best within a bound on another: with uₖ = gₖ/‖gₖ‖ and a last gradient q,
 *
 * `min_d max_k −uₖ · d + ½ ‖d‖²` over `q · d ≥ φ ‖q‖²`,
 *
 * is `d = Σ λₖ uₖ + ν q` with `λ ≥ 0`, `Σ λ = 1`, `ν ≥ 0` that make `½ ‖d‖² − ν φ ‖q‖²` least. In y = (λ, ν ‖q‖) it is a
 * complementarity problem with one multiplier more, of `Σ λ = 1`. On a given support y is linear in the multiplier and the
 * sum gives its value, so that trying all supports side by side is exact.
 * @param angles of g₁ … g_K and q, K + 1 of them
 * @param present `[K]`: 0 where λ must be 0
 * @returns λ, `[K]`; equal shares where no support is left
 * @throws for more than seven objectives
 */
export function bestWithin(
  { C, lengths, live }: Cosines,
  phi: number,
  present: tf.Tensor1D,
): tf.Tensor1D {
  const K = present.shape[0];
  if (K + 1 > MOST) {
    throw new Error(`forum: expected at most ${MOST - 1} objectives, got ${K}; use moml`);
  }
  const pull = tf.mul(tf.slice(lengths, [K], [1]), -phi);
  // Ones among the λ change nothing, as their sum is 1, and keep a gradient along q apart from q.
  const counting = tf.concat([present, [0]]);
  const ones = tf.mul(tf.reshape(counting, [K + 1, 1]), counting);
  const columns = tf.stack([counting, tf.concat([tf.zeros([K]), pull])], 1);
  const { inside, solution, dependent } = supports(
    tf.add(withUnits(C, tf.sub(1, live)), ones),
    columns as tf.Tensor2D,
  );
  const S = inside.shape[0];
  const [ofSum, ofPull] = [0, 1].map((n) => tf.slice(solution, [0, 0, n], [S, K + 1, 1]));
  const counted = tf.mul(inside, tf.reshape(counting, [1, K + 1, 1]));
  const total = (of: tf.Tensor) => tf.sum(tf.mul(of, counted), 1, true);
  // Inside, the first column's numbers are those of −C⁻¹ 1, below 0.
  const least = total(ofSum);
  const none = tf.cast(tf.greater(least, -SMALLEST), 'float32');
  const multiplier = tf.div(tf.sub(1, total(ofPull)), tf.minimum(least, -SMALLEST));
  const { y } = chosen(
    inside,
    tf.add<tf.Tensor3D>(tf.mul(multiplier, ofSum), ofPull),
    tf.add<tf.Tensor3D>(dependent, tf.mul(none, FAR)),
  );
  return normalised(tf.mul<tf.Tensor1D>(tf.slice(tf.reshape(y, [K + 1]), [0], [K]), present));
}
