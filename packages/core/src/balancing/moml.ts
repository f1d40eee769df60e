import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineBalancer } from './define.ts';
import { product } from './k-space/cosines.ts';
import { mgda } from './mgda.ts';
import { ownAdam } from './own-adam.ts';
import type { MultiBilevelBalancer } from './second-batch-balancer.ts';
import { nothing } from './stateful.ts';
import { softmaxAmong } from './vectors.ts';

/**
 * What is shorter than this share of the terms that it is a difference of is rounding, and counts as 0: Adam and the
 * division by lengths would make steps of it.
 */
const ROUNDING = 1e-4;

/** `values` where their length is above rounding. */
const above = <T extends tf.Tensor>(length: tf.Tensor, terms: tf.Tensor, values: T): T =>
  tf.mul(values, tf.cast(tf.greater(length, tf.mul(terms, ROUNDING)), 'float32'));

/**
 * Multi-objective meta learning, MOML (Ye, Lin, Yue, Guo, Xiao & Zhang 2021): weights of the losses, λ = softmax(α),
 * learned from what a step with them does to the loss of every objective on a second batch,
 *
 * `min_α (L̃₁(θ′), …, L̃_K(θ′))`, `θ′ = θ − η ∇ Σ λᵢ Lᵢ(θ)`,
 *
 * in the direction that makes all of these smaller: the shortest vector of the convex hull of their slopes by α (MGDA),
 * each first divided by its length. Where no α does, it stays. Auto-λ goes down the sum of the slopes instead.
 *
 * The slopes are those of one step ahead, exact (see `multiBilevelStep`); η is the network's learning rate, as in the
 * authors' first code; LibMTL has it as an option of 0.1. LibMTL steps on a third batch, twice as large as the two; here
 * the step is on the first. The second batches are drawn from the training data in another order. An objective
 * without a label keeps its α.
 * @example
 * ```ts
 * import { moml } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const objectives = [{ name: 'semantic' }, { name: 'depth' }];
 * const balancer = moml.make({ objectives }, { rate: 0.1 });
 * const both = tf.tensor1d([1, 1]);
 * balancer.weights(both).arraySync(); // → [0.50, 0.50]
 * // More weight of the first makes both losses of the second batch smaller.
 * const slopes = tf.tensor2d([[-1, 0], [-2, 0]]);
 * const context = { present: both, paired: both, applied: tf.scalar(1), inputs: {} };
 * balancer.learn(slopes, both, context);
 * balancer.weights(both).arraySync(); // → [0.55, 0.45]
 * ```
 */
export const moml = defineBalancer({
  name: 'moml',
  alias: ['MOML'],
  source: 'Ye et al. 2021, "Multi-objective meta learning" (NeurIPS), algorithm 1',
  formula:
    'Σ λᵢ Lᵢ, λ = softmax(α), α learns to make all L̃ᵢ(θ − η∇Σ λⱼLⱼ) small by MGDA, L̃ on a second batch',
  cost: 'a second batch, 2 K backward passes',
  options: z.strictObject({
    // The authors' first code divides by the losses, LibMTL by the lengths.
    normalisation: mgda.options.shape.normalisation
      .removeDefault()
      .default('l2')
      .describe('what each objective’s slope is divided by first'),
    rate: z.number().positive().default(1e-3).describe('of Adam on α'),
  }),
  lacks: { scale: 'the weights follow the losses only as fast as they are learned' },
  make(place, { normalisation, rate }): MultiBilevelBalancer {
    const K = place.tasks.length;
    const alpha = tf.variable(tf.zeros<tf.Rank.R1>([K]), false);
    const adam = ownAdam(K, { rate });
    const solver = mgda.make({ objectives: place.objectives }, { normalisation });
    return {
      ...nothing,
      kind: 'multi-bilevel',
      name: 'moml',
      state: { alpha, ...adam.state },
      weights: (present) => softmaxAmong(alpha, present),
      learn(slopes, losses, { present, paired, applied, inputs }) {
        const lambda = softmaxAmong(alpha, present);
        // ∂λᵢ/∂αⱼ = λᵢ (1 if i = j, else 0) − λᵢ λⱼ.
        const mean = tf.matMul(slopes, tf.reshape(lambda, [K, 1]));
        const differences = tf.mul<tf.Tensor2D>(tf.sub(slopes, mean), lambda);
        const size = tf.sum(tf.abs(tf.mul(slopes, lambda)), 1, true);
        const byAlpha = above(tf.norm(differences, 2, 1, true), size, differences);
        const gram = tf.matMul<tf.Tensor2D>(byAlpha, byAlpha, false, true);
        const w = solver.weights(gram, { losses, present: paired, inputs });
        const slope = product(tf.transpose(byAlpha), tf.mul(w, paired));
        const terms = tf.sum(tf.mul(tf.norm(byAlpha, 2, 1), tf.mul(w, paired)));
        adam.step(alpha, above(tf.norm(slope), terms, slope), tf.mul(present, applied));
      },
    };
  },
});
