import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { inputOf, type GramianBalancer } from './balancer.ts';
import {
  defineBalancer,
  type BalancerDefinition,
  type BalancerFacts,
  type BalancerPlace,
} from './define.ts';

/** How a gramian method's weights go from batch to batch. */
export interface Refresh {
  /** Batches from one computation of the weights to the next. */
  readonly every: number;
  /** Share of the weights before in the new ones, 0 … 1. */
  readonly smoothing: number;
}

/** Options that every gramian method has besides its own. */
export const refreshOptions = {
  every: z
    .number()
    .int()
    .positive()
    .default(1)
    .describe('batches from one computation of the weights to the next'),
  smoothing: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('share of the weights before in the new ones (CR-MOGM)'),
};

/**
 * Keeps the weights of a method for `every` batches, and lets them follow slowly:
 *
 * `w ← smoothing · w + (1 − smoothing) · ŵ`
 *
 * with ŵ those of the method. An objective's first weight is ŵ as it is. One without a label keeps its
 * weight, and takes it up again when it has some. The weights are state: a resumed run goes on with them.
 *
 * The K backward passes of a batch are made whether the weights are new or not: a step is one graph.
 */
export function refreshed(
  balancer: GramianBalancer,
  objectives: number,
  { every, smoothing }: Refresh,
): GramianBalancer {
  if (every === 1 && smoothing === 0) return balancer;
  const state = {
    weights: tf.variable(tf.zeros<tf.Rank.R1>([objectives]), false),
    /** 1 where an objective has had a weight. */
    known: tf.variable(tf.zeros<tf.Rank.R1>([objectives]), false),
  };
  return {
    ...balancer,
    state: { ...balancer.state, ...state },
    inputs: { ...balancer.inputs, refresh: [] },
    inputsAt: (batch) => ({
      ...balancer.inputsAt(batch),
      refresh: Float32Array.of(batch % every === 0 ? 1 : 0),
    }),
    weights(gram, context) {
      const { weights, known } = state;
      const { present } = context;
      const computed = balancer.weights(gram, context);
      const kept = tf.mul(known, smoothing);
      const next = tf.add(tf.mul(kept, weights), tf.mul(tf.sub(1, kept), computed));
      const due = tf.maximum(inputOf(balancer.name, context.inputs, 'refresh'), tf.sub(1, known));
      const taken = tf.mul(present, due);
      const now = tf.add<tf.Tensor1D>(tf.mul(taken, next), tf.mul(tf.sub(1, taken), weights));
      weights.assign(now);
      known.assign(tf.maximum(known, present));
      return now;
    },
  };
}

/**
 * `defineBalancer` for a gramian method: adds {@link refreshOptions} to its options.
 */
export function defineGramian<S extends z.ZodRawShape>({
  make,
  options,
  ...facts
}: Omit<BalancerFacts<z.ZodType>, 'options'> & {
  readonly options: S;
  readonly make: (
    place: BalancerPlace & { tasks: string[] },
    options: z.output<z.ZodObject<S>>,
  ) => GramianBalancer;
}): BalancerDefinition<z.ZodObject<S & typeof refreshOptions, z.core.$strict>, GramianBalancer> {
  return defineBalancer({
    ...facts,
    options: z.strictObject({ ...options, ...refreshOptions }),
    make: (place, all) =>
      refreshed(
        make(place, all as z.output<z.ZodObject<S>>),
        place.tasks.length,
        all as unknown as Refresh,
      ),
  });
}
