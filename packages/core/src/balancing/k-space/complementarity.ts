import * as tf from '@tensorflow/tfjs';
import { chosen, MOST, supports, type Chosen } from './supports.ts';

/** Iterations of the solver for many unknowns. */
const ITERATIONS = 300;

/**
 * Solves the linear complementarity problem
 *
 * `y ≥ 0`, `z = M y + q ≥ 0`, `yᵀ z = 0`,
 *
 * that is `min ½ yᵀ M y + qᵀ y` over `y ≥ 0`, for R vectors q at once. For up to eight unknowns exactly,
 * by trying all supports side by side: 12 K + 15 graph nodes. For more by accelerated projected gradients
 * (Beck & Teboulle 2009, with the restart of O'Donoghue & Candès 2015) in 300 iterations.
 *
 * Of several solutions, which differ by what `M` sends to 0, it takes their mean where they are exact.
 * @param M `[K, K]`, symmetric, without negative eigenvalues, with a diagonal of size 1
 * @param q in columns, `[K, R]`, of size 1
 */
export function complementary(M: tf.Tensor2D, q: tf.Tensor2D): Chosen {
  if (q.shape[0] > MOST) return accelerated(M, q);
  const { inside, solution, dependent } = supports(M, q);
  return chosen(inside, solution, dependent);
}

function accelerated(M: tf.Tensor2D, q: tf.Tensor2D): Chosen {
  // The largest sum of magnitudes of a row is not below the largest eigenvalue.
  const step = tf.div(1, tf.max(tf.sum(tf.abs(M), 1)));
  const descend = (at: tf.Tensor2D) =>
    tf.relu(tf.sub<tf.Tensor2D>(at, tf.mul(step, tf.add(tf.matMul(M, at), q))));
  let y = tf.zerosLike(q);
  let ahead: tf.Tensor2D = y;
  let t = tf.ones<tf.Rank.R2>([1, q.shape[1]]);
  for (let n = 0; n < ITERATIONS; n++) {
    const next = descend(ahead);
    const move = tf.sub(next, y);
    const uphill = tf.sum(tf.mul(tf.sub(ahead, next), move), 0, true);
    const going = tf.cast(tf.lessEqual(uphill, 0), 'float32');
    const longer = tf.div(tf.add(1, tf.sqrt(tf.add(1, tf.mul(4, tf.square(t))))), 2);
    ahead = tf.add(next, tf.mul(tf.mul(going, tf.div(tf.sub(t, 1), longer)), move));
    t = tf.add(tf.mul(going, tf.sub(longer, 1)), 1);
    y = next;
  }
  const z = tf.add(tf.matMul(M, y), q);
  return { y, violation: tf.relu(tf.neg(tf.min<tf.Tensor2D>(z, 0, true))) };
}
