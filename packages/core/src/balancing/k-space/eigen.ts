import * as tf from '@tensorflow/tfjs';
import { product } from './cosines.ts';

/** Against 0 / 0 where there is nothing to turn. */
const SMALLEST = 1e-30;

/** `A = V diag(values) Vᵀ`. */
export interface Eigen {
  /** `[K]`, in no order. */
  readonly values: tf.Tensor1D;
  /** `[K, K]`: the eigenvectors in columns. */
  readonly vectors: tf.Tensor2D;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan,
 * section 8.5): in each of the rounds of a tournament half of the rows turn against the other half, all
 * pairs at once, so that a sweep over all pairs takes K − 1 rounds (K, where K is odd).
 * @param A `[K, K]`, symmetric, of size 1
 * @param sweeps the error squares with each; default 5 up to K = 4, else 7
 */
export function eigen(A: tf.Tensor2D, sweeps = A.shape[0] > 4 ? 7 : 5): Eigen {
  const K = A.shape[0];
  let vectors = tf.eye(K);
  const rounds = tournament(K);
  for (let n = 0; n < sweeps; n++) {
    for (const pairs of rounds) {
      const R = rotations(A, pairs);
      A = tf.matMul(tf.matMul(R, A, true), R);
      vectors = tf.matMul(vectors, R);
    }
  }
  return { values: tf.sum(tf.mul(A, tf.eye(K)), 1), vectors };
}

type Pair = readonly [p: number, q: number];

/** Rounds of disjoint pairs in which everyone meets everyone once (the circle method). */
function tournament(K: number): Pair[][] {
  const size = K + (K % 2);
  return Array.from({ length: size - 1 }, (_, round) => {
    const seat = (n: number) => (n === 0 ? size - 1 : (round + n - 1) % (size - 1));
    return Array.from({ length: size / 2 }, (__, n): Pair => {
      const [a, b] = [seat(n), seat(size - 1 - n)];
      return a < b ? [a, b] : [b, a];
    }).filter(([, q]) => q < K);
  });
}

/** The orthogonal matrix that makes Aₚ_q zero for each of some disjoint pairs. */
function rotations(A: tf.Tensor2D, pairs: readonly Pair[]): tf.Tensor2D {
  const K = A.shape[0];
  const h = pairs.length;
  const at = (of: (pair: Pair) => readonly [number, number]) =>
    pairs.map((pair) => of(pair)[0] * K + of(pair)[1]);
  const places = [...at(([p]) => [p, p]), ...at(([, q]) => [q, q]), ...at((pair) => pair)];
  const entries = tf.gather(tf.reshape(A, [K * K]), tf.tensor1d(places, 'int32'));
  const [app, aqq, apq] = [0, 1, 2].map((n) => tf.slice(entries, [n * h], [h]));
  // t = tan of the angle: the smaller root of t² + 2 θ t − 1 = 0 with θ = (aqq − app) / 2 apq.
  const difference = tf.sub(aqq, app);
  const twice = tf.mul(apq, 2);
  const root = tf.sqrt(tf.add(tf.square(difference), tf.square(twice)));
  const below = tf.add(tf.add(tf.abs(difference), root), SMALLEST);
  const sign = tf.sub(1, tf.mul(tf.cast(tf.less(difference, 0), 'float32'), 2));
  const t = tf.div(tf.mul(twice, sign), below);
  const c = tf.rsqrt(tf.add(tf.square(t), 1));
  const s = tf.mul(t, c);
  // c of pair n at n, s at h + n, −s at 2 h + n, 0 at 3 h, 1 at 3 h + 1.
  const numbers = tf.concat([c, s, tf.neg(s), tf.tensor1d([0, 1])]);
  const table = Array.from({ length: K * K }, (_, n) => {
    const [i, j] = [Math.floor(n / K), n % K];
    const pair = pairs.findIndex((each) => each.includes(i));
    if (pair < 0 || !pairs[pair].includes(j)) return 3 * h + (i === j ? 1 : 0);
    if (i === j) return pair;
    return i < j ? h + pair : 2 * h + pair;
  });
  return tf.reshape(tf.gather(numbers, tf.tensor1d(table, 'int32')), [K, K]);
}

/** Eigenvalues below this share of the largest, times K, are 0: the precision of float32, 2⁻²³. */
export const RELATIVE = 2 ** -23;

/** `A⁺ x` of a symmetric matrix without negative eigenvalues, `[K, K]`, and a vector, `[K]`. */
export function pseudoInverse(A: tf.Tensor2D, x: tf.Tensor1D): tf.Tensor1D {
  const K = x.shape[0];
  const { values, vectors } = eigen(A);
  const cut = tf.add(tf.mul(tf.max(values), K * RELATIVE), SMALLEST);
  const held = tf.cast(tf.greater(values, cut), 'float32');
  const inverse = tf.div<tf.Tensor1D>(held, tf.maximum(values, cut));
  const across = product(tf.transpose(vectors), x);
  return product(vectors, tf.mul(inverse, across));
}
