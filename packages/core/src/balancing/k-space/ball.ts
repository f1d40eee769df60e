import * as tf from '@tensorflow/tfjs';
import { product, type Cosines } from './cosines.ts';
import { comparedLengths, withUnits } from './hull.ts';
import { chosen, MOST, supports } from './supports.ts';

/** Part of the ball's radius by which no support may fail, or there is no direction for all. */
const UNMET = 1e-3;
/** Against 0 / 0, and below the size of anything that counts. */
const SMALLEST = 1e-6;
/** Added where a support may not be taken. */
const FAR = 1e6;

/**
 * The direction that serves the worst-off gradient best among those near to a mean:
 *
 * `max minᵢ gᵢ · d` over `‖d − g₀‖ ≤ c ‖g₀‖`, `g₀ = Σ uᵢ gᵢ`.
 *
 * It is `d = g₀ + Σ yᵢ gᵢ` with `y ≥ 0`, `gᵢ · d ≥ λ`, equal where `yᵢ > 0`. On a given support, in
 * unit gradients, `y = λ p − q` with `C p = a`, `C q = C u`, and the radius gives λ as the larger root of
 *
 * `aᵀp λ² − 2 aᵀq λ + (C u)ᵀq − c² uᵀC u = 0`,
 *
 * so that trying all supports side by side is exact. a is as in `shortest`.
 * @returns the coefficients of d, `[K]`; 0 where no direction has `gᵢ · d > 0` for all
 * @throws for more than eight gradients
 */
export function bestInBall(
  { C, lengths, inverse }: Cosines,
  u: tf.Tensor1D,
  c: number,
  present: tf.Tensor1D,
): tf.Tensor1D {
  const K = lengths.shape[0];
  if (K > MOST) {
    throw new Error(`cagrad: expected at most ${MOST} objectives, got ${K}; use upgrad`);
  }
  const a = comparedLengths(lengths, present);
  const scaled = tf.mul<tf.Tensor1D>(u, lengths);
  const size = tf.maximum(tf.max(scaled), 1e-30);
  const unit = tf.div<tf.Tensor1D>(scaled, size);
  const Cu = product(C, unit);
  const radius = tf.mul(c, tf.sqrt(tf.relu(tf.sum(tf.mul(unit, Cu)))));
  const columns = tf.stack([tf.neg(a), Cu], 1) as tf.Tensor2D;
  const { inside, solution, dependent } = supports(withUnits(C, tf.sub(1, present)), columns);
  const S = inside.shape[0];
  // The columns −a and C u give p and −q; their products are −aᵀp, aᵀq and −(C u)ᵀq.
  const within = tf.mul<tf.Tensor3D>(solution, inside);
  const sums = tf.matMul(tf.tile(tf.reshape(columns, [1, K, 2]), [S, 1, 1]), within, true);
  const entry = (i: number, j: number) => tf.slice(sums, [0, i, j], [S, 1, 1]);
  const [ap, aq, uq] = [tf.neg(entry(0, 0)), entry(0, 1), tf.neg(entry(1, 1))];
  const inner = tf.sub(tf.square(aq), tf.mul(ap, tf.sub(uq, tf.square(radius))));
  const lambda = tf.div(tf.add(aq, tf.sqrt(tf.relu(inner))), tf.maximum(ap, SMALLEST));
  const [p, minusQ] = [0, 1].map((n) => tf.slice(solution, [0, 0, n], [S, K, 1]));
  // Of one gradient and a small ball it is 0 but for rounding.
  const missed = tf.less(inner, tf.mul(tf.square(aq), -SMALLEST));
  const none = tf.cast(tf.logicalOr(missed, tf.lessEqual(ap, SMALLEST)), 'float32');
  const { y, violation } = chosen(
    inside,
    tf.add<tf.Tensor3D>(tf.mul(lambda, p), minusQ),
    tf.add<tf.Tensor3D>(dependent, tf.mul(none, FAR)),
  );
  const most = tf.add(tf.mul(radius, UNMET), SMALLEST);
  const some = tf.cast(tf.less(tf.reshape(violation, []), most), 'float32');
  const w = tf.mul(tf.add(unit, tf.reshape(y, [K])), tf.mul(size, some));
  return tf.mul<tf.Tensor1D>(w, inverse);
}
