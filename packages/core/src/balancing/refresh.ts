import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { BalancerDefinition } from './define.ts';
import type { GramianBalancer, GroupedBalancer } from './gradient-balancer.ts';
import { defineGradient, type GradientFacts, type modeOptions } from './mode.ts';

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
 * weight, and takes it up again when it has some. One that has had none yet has, until weights are computed
 * again, the mean of the others' (1 where there are none). The weights are state: a resumed run goes on with them.
 *
 * Weights are new at the batches 0, `every`, 2 `every` …, counted as `Stateful.inputsAt` counts them; at those
 * between nothing of the method runs, and a step needs one backward pass.
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
  const { weights, known } = state;
  return {
    ...balancer,
    state: { ...balancer.state, ...state },
    weights(gram, context) {
      const { present } = context;
      const computed = balancer.weights(gram, context);
      const kept = tf.mul(known, smoothing);
      const next = tf.add(tf.mul(kept, weights), tf.mul(tf.sub(1, kept), computed));
      const now = tf.add<tf.Tensor1D>(tf.mul(present, next), tf.mul(tf.sub(1, present), weights));
      weights.assign(now);
      known.assign(tf.maximum(known, present));
      return now;
    },
    ...(every > 1 && {
      kept: {
        at: (batch: number) => batch % every !== 0,
        weights() {
          const count = tf.sum(known);
          const none = tf.sub(1, tf.minimum(count, 1));
          const mean = tf.add(tf.div(tf.sum(tf.mul(known, weights)), tf.maximum(count, 1)), none);
          return tf.add<tf.Tensor1D>(tf.mul(known, weights), tf.mul(tf.sub(1, known), mean));
        },
      },
    }),
  };
}

/**
 * `defineGradient` for a gramian method: adds {@link refreshOptions} to its options.
 */
export function defineGramian<
  S extends z.ZodRawShape,
  B extends GramianBalancer | GroupedBalancer = GramianBalancer,
>({
  make,
  options,
  ...facts
}: GradientFacts<S, B>): BalancerDefinition<
  z.ZodObject<S & typeof refreshOptions & typeof modeOptions, z.core.$strict>,
  B
> {
  return defineGradient({
    ...facts,
    options: { ...options, ...refreshOptions },
    make(place, all): B {
      const refresh = all as unknown as Refresh;
      const made = make(place, all as unknown as z.output<z.ZodObject<S>>);
      if (made.kind === 'gramian') return refreshed(made, place.tasks.length, refresh) as B;
      if (refresh.every === 1 && refresh.smoothing === 0) return made;
      throw new Error(
        `${facts.name}: every and smoothing keep one weight per objective; expected 1 and 0 where each ` +
          `group has its own, got ${refresh.every} and ${refresh.smoothing}`,
      );
    },
  });
}
