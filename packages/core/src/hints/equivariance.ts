import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../objective.ts';
import type { Hint, Read } from './hint.ts';

/** What an {@link equivariance} says. */
export interface Equivariance {
  /** What of the outputs the hint is about. */
  readonly read: Read;
  /** T: the network's inputs → the same, moved. A virtual example is the pair (x, T x). */
  readonly move: (inputs: Batch) => Batch;
  /** S: what it does to the output. Default: nothing, an invariance. */
  readonly turn?: (output: tf.Tensor) => tf.Tensor;
}

/**
 * What moves the input by T moves the output by S, `e = (h(T x) − S h(x))²`: with S = identity an invariance
 * (Abu-Mostafa 1990), with `S h = −h` an antisymmetry, with a mirror of maps their equivariance.
 * @example
 * ```ts
 * import { equivariance } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * // f(−x) = f(x), which x² obeys and x does not: (−2 − 2)² = 16.
 * const even = equivariance({ read: ({ y }) => y, move: ({ x }) => ({ x: tf.neg(x) }) });
 * const batch = { x: tf.tensor2d([[2]]) };
 * even.error(({ x }) => ({ y: tf.square(x) }), batch).dataSync()[0]; // → 0
 * even.error(({ x }) => ({ y: x }), batch).dataSync()[0]; // → 16
 * ```
 */
export const equivariance = ({ read, move, turn = (y) => y }: Equivariance): Hint => ({
  arrays: {},
  error: (says, batch) => tf.squaredDifference(read(says(move(batch))), turn(read(says(batch)))),
});

/** `f(−x) = −f(x)` of the input of a name: `e = (h(−x) + h(x))²`. */
export const oddness = ({ read, input }: { readonly read: Read; readonly input: string }): Hint =>
  equivariance({ read, move: negated(input), turn: (y) => tf.neg(y) });

/** `f(−x) = f(x)` of the input of a name: `e = (h(−x) − h(x))²`. */
export const evenness = ({ read, input }: { readonly read: Read; readonly input: string }): Hint =>
  equivariance({ read, move: negated(input) });

const negated = (input: string) => (inputs: Batch) => ({
  ...inputs,
  [input]: tf.neg(inputs[input]),
});
