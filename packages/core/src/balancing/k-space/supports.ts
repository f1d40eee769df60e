import * as tf from '@tensorflow/tfjs';
import { unit } from './eliminate.ts';

/** Most unknowns whose supports are tried one by one: 2⁸ systems of 8 unknowns. */
export const MOST = 8;
/** Added to what must not be the smallest; no solution of independent gradients is larger. */
const FAR = 1e6;
/** Pivots below this, where the diagonal is of size 1, say that a support's gradients are dependent. */
const DEPENDENT = 1e-6;
/** Supports whose violations differ by less than this solve the problem alike. */
const TIE = 3e-7;

/** The numbers of every support of a complementarity problem, side by side. */
export interface Supports {
  /** `[S, K, 1]`: 1 where the unknown i may differ from 0 in the support. */
  readonly inside: tf.Tensor3D;
  /** `[S, K, R]`: in the support y, elsewhere z, for each right-hand side. */
  readonly solution: tf.Tensor3D;
  /** `[S, 1, 1]`: {@link FAR} where the support's rows depend on each other, else 0. */
  readonly dependent: tf.Tensor3D;
}

/**
 * Solves `z = M y + q` with `z = 0` inside and `y = 0` outside, for each of the 2^K supports and each
 * of R vectors q, by principal pivots: y_k and z_k change places in half of the systems at step k, so
 * that what supports have in common is worked out once. Twelve operations a step.
 * @param M `[K, K]`, symmetric, without negative eigenvalues, with a diagonal of size 1
 * @param q in columns, `[K, R]`
 */
export function supports(M: tf.Tensor2D, q: tf.Tensor2D): Supports {
  const [K, R] = q.shape;
  let T = tf.reshape<tf.Rank.R3>(tf.concat([M, q], 1), [1, K, K + R]);
  let least: tf.Tensor3D = tf.ones([1, 1, 1]);
  for (let k = 0; k < K; k++) {
    const S = 2 ** k;
    const width = K - k - 1 + R;
    // The columns before k are those of unknowns that have had their turn.
    const column = tf.slice(T, [0, 0, 0], [S, K, 1]);
    const rest = tf.slice(T, [0, 0, 1], [S, K, width]);
    const pivot = tf.slice(column, [0, k, 0], [S, 1, 1]);
    const row = tf.div(tf.slice(rest, [0, k, 0], [S, 1, width]), tf.maximum(pivot, DEPENDENT));
    // Row k becomes −T_k / p = T_k − (p + 1) T_k / p.
    const turned = tf.sub(rest, tf.mul(tf.add(column, unit(k, K)), row));
    T = tf.concat([rest, turned as tf.Tensor3D], 0);
    least = tf.concat([least, tf.minimum<tf.Tensor3D>(least, pivot)], 0);
  }
  const inside = Array.from({ length: 2 ** K * K }, (_, n) => (Math.floor(n / K) >> (n % K)) & 1);
  return {
    inside: tf.tensor3d(inside, [2 ** K, K, 1]),
    solution: tf.clipByValue(T, -FAR, FAR),
    dependent: tf.mul(tf.cast<tf.Tensor3D>(tf.less(least, DEPENDENT), 'float32'), FAR),
  };
}

/** {@link chosen}'s answer. */
export interface Chosen {
  /** `[K, R]`: y of the support that solves the problem, the mean of them where several do. */
  readonly y: tf.Tensor2D;
  /** `[1, R]`: by how much `y ≥ 0`, `z ≥ 0` fails there; above 1 where no support is left. */
  readonly violation: tf.Tensor2D;
}

/**
 * Takes for each right-hand side the support with `y ≥ 0` inside and `z ≥ 0` outside. Going by these
 * signs finds it to the precision of the numbers; going by the smallest objective would find it to the
 * root of that. Where several do, for example of equal gradients, their mean solves the problem too, and
 * treats equals alike.
 * @param solution `[S, K, R]` as in {@link Supports}
 * @param excluded `[S, 1, R]`, or broadcast to it: large where a support may not be taken
 */
export function chosen(inside: tf.Tensor3D, solution: tf.Tensor3D, excluded: tf.Tensor3D): Chosen {
  const wrong = tf.relu(tf.neg(tf.min<tf.Tensor3D>(solution, 1, true)));
  const violation = tf.add<tf.Tensor3D>(wrong, excluded);
  const least = tf.min<tf.Tensor2D>(violation, 0);
  const best = tf.cast(tf.lessEqual(violation, tf.add(least, TIE)), 'float32');
  const share = tf.div(best, tf.sum(best, 0, true));
  const y = tf.sum<tf.Tensor2D>(tf.mul(tf.mul(solution, inside), share), 0);
  return { y: tf.relu(y), violation: least };
}
