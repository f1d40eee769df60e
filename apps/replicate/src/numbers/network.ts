import {
  architectureNamed,
  dense,
  inside,
  lastFeatures,
  network,
  owned,
  stagedEncoder,
  stopGradient,
  type Head,
  type Network,
  type Scope,
  type Stage,
} from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import type { NumbersConfig } from './kind.ts';

/** Shape of {@link denseNetwork}. */
export interface DenseShape extends Pick<
  NumbersConfig,
  'hidden' | 'own' | 'activation' | 'blocked'
> {
  /** Numbers that are read. */
  readonly inputs: number;
  /** How many numbers each task gives, by its name, in order. */
  readonly outputs: readonly (readonly [task: string, count: number])[];
  readonly seed: number;
  /** Default: hard sharing. */
  readonly architecture?: NumbersConfig['architecture'];
}

/**
 * Hidden layers for all tasks, perhaps some of each task's own on them, and a linear layer a task. Reads `x`
 * `[B, inputs]`. The weights of a layer depend on its name, its size and the seed alone: tasks more or fewer change
 * nothing of the others at the start.
 */
export function denseNetwork(shape: DenseShape): Network {
  const { inputs, hidden, own, activation, blocked, outputs, seed } = shape;
  const gain = activation === 'relu' ? Math.SQRT2 : 1;
  const layer = (x: tf.SymbolicTensor, scope: Scope, units: number) => {
    const sum = dense(x, scope, { units, gain });
    const name = `${scope.name}/${activation}`;
    return tf.layers.activation({ activation, name }).apply(sum) as tf.SymbolicTensor;
  };
  const stages = hidden.map((units, i): Stage => ({
    ...{ name: hiddenName(i), stride: 1, channels: units },
    build: (x, scope) => layer(x, inside(scope, hiddenName(i)), units),
  }));
  const encoder = stagedEncoder('dense', stages as [Stage, ...Stage[]]);
  const { name, options } = shape.architecture ?? { name: 'hard-sharing', options: {} };
  const architecture = architectureNamed(name).make(options);
  const heads = outputs.map(([task, units]): Head => ({
    name: task,
    build(features, scope) {
      const shared = lastFeatures(features);
      const start = blocked.includes(task) ? withoutGradient(shared, scope) : shared;
      const below = (own[task] ?? []).reduce(
        (x, n, i) => layer(x, inside(scope, `hidden${i + 1}`), n),
        start,
      );
      return dense(below, inside(scope, 'output'), { units });
    },
  }));
  return network({ input: { name: 'x', shape: [inputs] }, encoder, heads, seed, architecture });
}

/** Name of the i-th hidden layer, from 0, as a stage of the encoder. */
export const hiddenName = (i: number): string => `hidden${i + 1}`;

/** The features as they are, through which no gradient passes. */
function withoutGradient(x: tf.SymbolicTensor, scope: Scope): tf.SymbolicTensor {
  const name = `${scope.name}/blocked`;
  const layer = owned(tf.layers.activation({ activation: 'linear', name }), scope);
  layer.call = (given) => stopGradient(Array.isArray(given) ? given[0] : given);
  return layer.apply(x) as tf.SymbolicTensor;
}
