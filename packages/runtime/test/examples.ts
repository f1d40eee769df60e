import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { sizeOf } from '../src/onnx/graph.ts';

/** One input of an example: its shape, type and numbers. */
export interface Given {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: readonly number[];
}

export type Tensors = Record<string, tf.Tensor>;

/** A step with inputs, to be run captured and eagerly. */
export interface Example {
  readonly given: Readonly<Record<string, Given>>;
  readonly step: (inputs: Tensors) => Tensors;
}

/** Examples of some kernels: what the parity tests run and what docs/kernels.md lists. */
export interface Family {
  /** A sentence: the name of the test. */
  readonly name: string;
  /** Kernels that the runs of the family use. */
  readonly covers: readonly string[];
  /** Shapes and types drawn, for docs/kernels.md. */
  readonly shapes: string;
  readonly examples: fc.Arbitrary<Example>;
  /** Default 6. */
  readonly runs?: number;
  /** Default rtol 1e-4, atol 1e-5: sums in another order, other libraries' functions. */
  readonly tolerance?: { readonly rtol?: number; readonly atol?: number };
}

/** Random numbers of a shape, reproducible from the drawn seed, in [low, high). */
export function numbers(seed: number, shape: readonly number[], low = -2, high = 2): number[] {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((high - low) * (state >>> 8)) / 2 ** 24;
  });
}

export const float = (
  seed: number,
  shape: readonly number[],
  low?: number,
  high?: number,
): Given => ({
  shape,
  dtype: 'float32',
  values: numbers(seed, shape, low, high),
});

export const int = (seed: number, shape: readonly number[], low = -5, high = 6): Given => ({
  shape,
  dtype: 'int32',
  values: numbers(seed, shape, low, high).map(Math.floor),
});

export const bool = (seed: number, shape: readonly number[]): Given => ({
  shape,
  dtype: 'bool',
  values: numbers(seed, shape, 0, 2).map(Math.floor),
});

/** A drawn seed for {@link numbers}. */
export const seeds = fc.integer({ min: 1, max: 1_000_000 });

/** Shapes of ranks 0 to 4 with sides 1 to 5, odd ones included. */
export const shapes = (minRank = 0, maxRank = 4, maxSide = 5): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: maxSide }), { minLength: minRank, maxLength: maxRank });

/** y and its gradients to the named inputs under fixed weights: `y`, `d/<input>`. */
export function withGradients(
  f: (inputs: Tensors) => tf.Tensor,
  names: readonly string[],
): (inputs: Tensors) => Tensors {
  return (inputs) => {
    const run = (...xs: tf.Tensor[]) =>
      f({ ...inputs, ...Object.fromEntries(names.map((name, i) => [name, xs[i]])) });
    const xs = names.map((name) => inputs[name]);
    const y = run(...xs);
    const dy = tf.tensor(numbers(7, y.shape), y.shape);
    const gradients = tf.grads(run)(xs, dy);
    return { y, ...Object.fromEntries(names.map((name, i) => [`d/${name}`, gradients[i]])) };
  };
}
