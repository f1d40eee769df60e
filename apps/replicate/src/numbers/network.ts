import {
  dense,
  inside,
  lastFeatures,
  network,
  stagedEncoder,
  type Head,
  type Network,
} from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/** Shape of {@link denseNetwork}. */
export interface DenseShape {
  /** The field that is read, and how many numbers it has. */
  readonly input: { readonly name: string; readonly count: number };
  /** Units of the layer that all tasks share. */
  readonly hidden: number;
  /** How many numbers each task gives, by its name, in order. */
  readonly outputs: readonly (readonly [task: string, count: number])[];
  readonly seed: number;
}

/** One hidden layer of sigmoidal units (tanh) for all tasks, and a linear layer of each task's own on it. */
export function denseNetwork({ input, hidden, outputs, seed }: DenseShape): Network {
  const encoder = stagedEncoder('dense', [
    {
      ...{ name: 'hidden', stride: 1, channels: hidden },
      build: (x, scope) => tanh(dense(x, inside(scope, 'hidden'), { units: hidden })),
    },
  ]);
  const heads = outputs.map(([name, units]): Head => ({
    name,
    build: (stages, scope) => dense(lastFeatures(stages), inside(scope, 'output'), { units }),
  }));
  return network({ input: { name: input.name, shape: [input.count] }, encoder, heads, seed });
}

const tanh = (x: tf.SymbolicTensor): tf.SymbolicTensor =>
  tf.layers.activation({ activation: 'tanh', name: 'hidden/tanh' }).apply(x) as tf.SymbolicTensor;
