import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineBalancer } from './define.ts';
import { ownAdam } from './own-adam.ts';
import { preference, preferenceOf } from './preference.ts';
import type { BilevelBalancer } from './second-batch-balancer.ts';
import { nothing } from './stateful.ts';

/**
 * Auto-λ (Liu, James, Davison & Johns 2022): weights λ of the losses, learned by Adam on the
 * loss that a step with them leaves on a second batch,
 *
 * `min_λ Σ pᵢ L̃ᵢ(θ − η ∇ Σ λⱼ Lⱼ)`
 *
 * whose slope by λⱼ, `−η ∇Lⱼ · v`, rewards a task whose gradient goes the way of the others' on other data.
 * p is the preference: 1 for every task by default, 0 for those that are there to help (auxiliary learning).
 * Nothing keeps a weight from going below 0. The second batches are drawn from the training data in another
 * order, as in the authors' code, so that no validation frame is trained on. An objective without a label
 * keeps its weight.
 *
 * The second derivative is a difference (see `bilevelStep`); the authors add the optimiser's momentum and
 * weight decay to the step that is looked ahead, which is left out here.
 */
export const autoLambda = defineBalancer({
  name: 'auto-lambda',
  alias: ['AutoLambda', 'Auto-λ'],
  source: 'Liu, James, Davison & Johns 2022, arXiv 2202.03091',
  formula: 'Σ λᵢ Lᵢ, λ learns to make Σ pᵢ L̃ᵢ(θ − η∇Σ λⱼLⱼ) small, L̃ on a second batch',
  cost: 'a second batch, two more passes forward and back, two forward',
  options: z.strictObject({
    preference,
    initial: z.number().positive().default(0.1).describe('λ at the start'),
    rate: z.number().positive().default(1e-4).describe('of Adam on λ'),
  }),
  lacks: { scale: 'the weights follow the losses only as fast as they are learned' },
  make({ tasks }, { initial, rate, ...options }): BilevelBalancer {
    const K = tasks.length;
    const lambda = tf.variable<tf.Rank.R1>(tf.fill([K], initial), false);
    const adam = ownAdam(K, { rate });
    const preferenceAt = preferenceOf('auto-lambda', tasks, options.preference, 'each');
    return {
      ...nothing,
      kind: 'bilevel',
      name: 'auto-lambda',
      state: { lambda, ...adam.state },
      weights: () => tf.clone(lambda),
      preference: () => preferenceAt(tf.ones([K])),
      learn: (slope, moving) => adam.step(lambda, slope, moving),
    };
  },
});
