import * as tf from '@tensorflow/tfjs';
import { arrayOf, hinge, type Hint, type Read } from './hint.ts';

/** What hints on two points need to know. */
export interface PairHint {
  /** What of the outputs the hint is about. */
  readonly read: Read;
  /** The network's input, and its shape without the batch's. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
}

/** Name of the array that holds the upper point of a {@link monotonicity}. */
export const aboveOf = (input: string): string => `above/${input}`;

/** Name of the array that holds the other point of a {@link convexity}. */
export const otherOf = (input: string): string => `other/${input}`;

/** Name of the array that holds the share η of the first point of a {@link convexity}. */
export const SHARE = 'share';

/**
 * `x ≤ x′ ⇒ f(x) ≤ f(x′)`: a virtual example is an ordered pair, x and `above/<input>`; which numbers of them may
 * differ says in what f rises. `e = (h(x) − h(x′))² [h(x) > h(x′)]` (Abu-Mostafa 1995).
 * @example
 * ```ts
 * import { monotonicity } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const rises = monotonicity({ read: ({ y }) => y, input: { name: 'x', shape: [1] } });
 * const batch = { x: tf.tensor2d([[1]]), 'above/x': tf.tensor2d([[3]]) };
 * rises.error(({ x }) => ({ y: x }), batch).dataSync()[0]; // → 0
 * // −1 is above −3 by 2.
 * rises.error(({ x }) => ({ y: tf.neg(x) }), batch).dataSync()[0]; // → 4
 * ```
 */
export const monotonicity = ({ read, input: { name, shape } }: PairHint): Hint => ({
  arrays: { [aboveOf(name)]: shape },
  error(says, batch) {
    const above = says({ ...batch, [name]: arrayOf('monotonicity', batch, aboveOf(name)) });
    return hinge(tf.sub(read(says(batch)), read(above)));
  },
});

/**
 * `f(η x + (1 − η) x′) ≤ η f(x) + (1 − η) f(x′)`: a virtual example is a triple, x, `other/<input>` and `share` `[1]`,
 * η in 0 … 1. `e` is the square of what the left side is above the right.
 * @example
 * ```ts
 * import { convexity } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const convex = convexity({ read: ({ y }) => y, input: { name: 'x', shape: [1] } });
 * const batch = { x: tf.tensor2d([[0]]), 'other/x': tf.tensor2d([[2]]), share: tf.tensor2d([[0.5]]) };
 * convex.error(({ x }) => ({ y: tf.square(x) }), batch).dataSync()[0]; // → 0
 * // −x²: −1 in the middle is above the mean of 0 and −4 by 1.
 * convex.error(({ x }) => ({ y: tf.neg(tf.square(x)) }), batch).dataSync()[0]; // → 1
 * ```
 */
export const convexity = ({ read, input: { name, shape } }: PairHint): Hint => ({
  arrays: { [otherOf(name)]: shape, [SHARE]: [1] },
  error(says, batch) {
    const [x, other] = [batch[name], arrayOf('convexity', batch, otherOf(name))];
    const share = arrayOf('convexity', batch, SHARE);
    const mixed = (a: tf.Tensor, b: tf.Tensor) => {
      const rank = Array.from({ length: a.rank - 1 }, () => 1);
      const eta = tf.reshape(share, [a.shape[0], ...rank]);
      return tf.add(tf.mul(eta, a), tf.mul(tf.sub(1, eta), b));
    };
    const ends = mixed(read(says(batch)), read(says({ ...batch, [name]: other })));
    return hinge(tf.sub(read(says({ ...batch, [name]: mixed(x, other) })), ends));
  },
});
