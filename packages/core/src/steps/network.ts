import * as tf from '@tensorflow/tfjs';
import type { MultiTaskModel } from '../model.ts';
import type { Buffer } from '../parameters.ts';

/** What a moving average becomes after a step. */
export interface Statistic {
  readonly variable: tf.Variable;
  readonly value: tf.Tensor;
}

/** Result of one pass of a network. */
export interface Forward {
  /** By head. */
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
  /** To be assigned by `commit`, once a step. */
  readonly statistics: readonly Statistic[];
}

/** What a step trains. */
export interface Network {
  /** Shapes of one example's inputs, by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  forward(
    inputs: Readonly<Record<string, tf.Tensor>>,
    options: { readonly training: boolean },
  ): Forward;
}

/** Assigns the moving averages of a step. */
export const commit = (statistics: readonly Statistic[]): void =>
  statistics.forEach(({ variable, value }) => variable.assign(value));

/** Today's network with a forward pass that assigns nothing. */
export function pure(network: MultiTaskModel, buffers: readonly Buffer[]): Network {
  return {
    inputs: { image: [...network.size, 3] },
    forward({ image }, { training }) {
      const before = buffers.map(({ variable }) => tf.clone(variable));
      const outputs = network.forward(image as tf.Tensor4D, training);
      const statistics = buffers.map(({ variable }, i) => {
        const value = tf.clone(variable);
        variable.assign(before[i]);
        return { variable, value };
      });
      return { outputs, statistics };
    },
  };
}
