import type { Network } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/** Rows of numbers. */
export type Rows = readonly (readonly number[])[];

/** A flat array as rows. */
export const rowsOf = (values: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, i) =>
    Array.from({ length: width }, (_, k) => values[i * width + k]),
  );

/** What a network says of some inputs: the numbers of each head, and the features that all heads read. */
export interface Seen {
  readonly of: (task: string) => number[];
  readonly shared: number[][];
}

/** Runs a network on inputs `[N, n]`. */
export function seenBy(network: Network, x: Rows): Seen {
  const { outputs, shared } = tf.tidy(() => {
    const forward = network.forward({ x: tf.tensor2d(x as number[][]) }, { training: false });
    const values = Object.entries(forward.outputs).map(([k, t]) => [k, Array.from(t.dataSync())]);
    return {
      outputs: Object.fromEntries(values) as Record<string, number[]>,
      shared: forward.shared!.arraySync() as number[][],
    };
  });
  return { of: (task) => outputs[task], shared };
}

/**
 * How much the output of a task moves with each input: the root mean square over the examples of `∂y/∂xᵢ`.
 * @returns one number per input
 */
export function saliency(network: Network, task: string, x: Rows): number[] {
  return tf.tidy(() => {
    const slope = tf.grad((inputs: tf.Tensor) =>
      tf.sum(network.forward({ x: inputs }, { training: false }).outputs[task]),
    )(tf.tensor2d(x as number[][]));
    return Array.from(tf.sqrt(tf.mean(tf.square(slope), 0)).dataSync());
  });
}

/** Root mean square of the differences. */
export const rms = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);

/** Share of numbers with the sign of the others, %. */
export const agreement = (a: readonly number[], b: readonly number[]): number =>
  (100 * a.filter((value, i) => value * b[i] > 0).length) / a.length;

/** Mean of the numbers. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
