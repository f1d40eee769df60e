import * as tf from '@tensorflow/tfjs';
import { eliminate } from './eliminate.ts';

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
  /** `[S, K, R]`: in the support y, elsewhere −z, for each right-hand side. */
  readonly solution: tf.Tensor3D;
  /** `[S, 1, 1]`: {@link FAR} where the support's rows depend on each other, else 0. */
  readonly dependent: tf.Tensor3D;
}

/**
 * Solves `z = M y + q` with `z = 0` inside and `y = 0` outside, for each of the 2^K supports and each
 * of R vectors q. Every support is one linear system, and all are solved at once.
 * @param M `[K, K]`, symmetric, without negative eigenvalues, with a diagonal of size 1
 * @param minusQ −q in columns, `[K, R]`
 */
export function supports(M: tf.Tensor2D, minusQ: tf.Tensor2D): Supports {
  const [K, R] = minusQ.shape;
  const S = 2 ** K;
  const bit = (s: number, k: number) => (s >> k) & 1;
  const each = (of: (s: number, k: number) => number) =>
    Array.from({ length: S * K }, (_, n) => of(Math.floor(n / K), n % K));
  const inside = tf.tensor3d(each(bit), [S, K, 1]);
  // Columns of M inside, of the identity outside.
  const columns = tf.tensor3d(each(bit), [S, 1, K]);
  const outside = tf.tensor3d(
    Array.from({ length: S * K * K }, (_, n) => {
      const [s, i, j] = [Math.floor(n / (K * K)), Math.floor(n / K) % K, n % K];
      return i === j ? 1 - bit(s, i) : 0;
    }),
    [S, K, K],
  );
  const A = tf.add<tf.Tensor3D>(tf.mul(columns, tf.reshape(M, [1, K, K])), outside);
  const B = tf.tile<tf.Tensor3D>(tf.reshape(minusQ, [1, K, R]), [S, 1, 1]);
  const { solution, pivot } = eliminate(A, B, DEPENDENT);
  const dependent = tf.mul(tf.cast<tf.Tensor3D>(tf.less(pivot, DEPENDENT), 'float32'), FAR);
  return { inside, solution: tf.clipByValue(solution, -FAR, FAR), dependent };
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
  // −y inside, −z outside: what must not be positive.
  const wrong = tf.mul(solution, tf.sub(1, tf.mul(inside, 2)));
  const violation = tf.add<tf.Tensor3D>(tf.relu(tf.max<tf.Tensor3D>(wrong, 1, true)), excluded);
  const least = tf.min<tf.Tensor2D>(violation, 0);
  const best = tf.cast(tf.lessEqual(violation, tf.add(least, TIE)), 'float32');
  const share = tf.div(best, tf.sum(best, 0, true));
  const y = tf.sum<tf.Tensor2D>(tf.mul(tf.mul(solution, inside), share), 0);
  return { y: tf.relu(y), violation: least };
}
