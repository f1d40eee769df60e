import * as tf from '@tensorflow/tfjs';
import type { Batch, Objective } from '../objective.ts';

/** What a network says of some inputs: an output `[B, …]` by each head's name. */
export type Says = (inputs: Batch) => Readonly<Record<string, tf.Tensor>>;

/** What a hint compares of all outputs: a head's, or something made of it. */
export type Read = (outputs: Readonly<Record<string, tf.Tensor>>) => tf.Tensor;

/**
 * Something that is known of a function besides examples of it (Abu-Mostafa 1990, 1995), as a set of virtual
 * examples: inputs that need no label, each with an error that is 0 where the network obeys. So a hint is learned
 * like any examples, by any descent method.
 */
export interface Hint {
  /** Shapes of what a virtual example has besides the network's inputs, by name. */
  readonly arrays: Readonly<Record<string, readonly number[]>>;
  /**
   * The errors e ≥ 0 of virtual examples.
   * @param says the network; asked twice of the same batch it runs once
   * @param batch the network's inputs and `arrays`, `[B, …]`
   * @returns any shape, of which the mean counts
   */
  error(says: Says, batch: Batch): tf.Tensor;
}

/** Where and how much a hint is learned. */
export interface HintPlace {
  /** The stream of virtual examples. Default `hint/<name>`. */
  readonly stream?: string;
  /** α, the factor of its error. Default 1. */
  readonly weight?: number;
}

/**
 * A hint as an objective: `L = α E`, `E = mean(e)` over a batch of virtual examples.
 * @param name in logs `loss/<name>`, as the balancer knows it
 * @throws RangeError for a weight that is negative or not finite
 * @example
 * ```ts
 * import { hintObjective, range } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * // What the head `y` says lies in 0 … 1. 0.5 does, 3 is above by 2: e = 0 and 4.
 * const hint = hintObjective('unit', range({ read: ({ y }) => y, low: 0, high: 1 }), { weight: 0.5 });
 * const said = { outputs: { y: tf.tensor2d([[0.5], [3]]) }, statistics: [] };
 * hint.loss(() => said, {}).value.arraySync(); // → 1
 * hint.stream; // → 'hint/unit'
 * ```
 */
export function hintObjective(
  name: string,
  hint: Hint,
  { stream = `hint/${name}`, weight = 1 }: HintPlace = {},
): Objective {
  if (!(Number.isFinite(weight) && weight >= 0)) {
    throw new RangeError(`hint ${name}: expected a finite weight of 0 or more, got ${weight}`);
  }
  return {
    ...{ name, stream, arrays: hint.arrays },
    loss(forward, batch) {
      const error = tf.mean(hint.error((inputs) => forward(inputs).outputs, batch));
      return { value: tf.mul(error, weight), present: tf.scalar(1) };
    },
  };
}

/** The part of x above 0, squared. */
export const hinge = <T extends tf.Tensor>(x: T): T => tf.square(tf.relu(x));

/**
 * An array of a batch.
 * @throws naming the hint, the array and what there is
 */
export function arrayOf(kind: string, batch: Batch, name: string): tf.Tensor {
  const array = batch[name];
  if (array) return array;
  const there = Object.keys(batch).join(', ');
  throw new Error(`hint of ${kind}: virtual examples have no ${name}; expected it among ${there}`);
}
