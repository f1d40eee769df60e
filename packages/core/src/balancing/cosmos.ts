import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { checkTasks, scalarsOf, weightReport } from './per-task.ts';
import { preference, preferenceOf } from './preference.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';
import { vectorOf } from './vectors.ts';

/** Squared lengths below this count as this, as in `torch.nn.functional.cosine_similarity`. */
const SMALLEST = 1e-16;

/**
 * The objective of COSMOS (Ruchte & Grabocka 2021): a weighted sum that draws the vector of
 * the losses to the direction of the preference r,
 *
 * `L = Σ rᵢ Lᵢ − λ cos(r, L)`, so that `wᵢ = rᵢ − λ (rᵢ/(‖r‖‖L‖) − cos(r, L) Lᵢ/‖L‖²)`
 *
 * over the tasks with a label in the batch. It is the loss alone, for one r: the whole method draws r
 * anew with each batch and gives it to the network as an input, which is a matter of the network and not
 * of a balancer. Losses may be 0 or negative; a weight may be negative where λ is large against ‖L‖.
 */
export const cosmos = defineBalancer({
  name: 'cosmos',
  alias: ['COSMOS'],
  source: 'Ruchte & Grabocka 2021, arXiv 2103.13392: the objective alone',
  formula: 'Σ rᵢLᵢ − λ cos(r, L), r the preferences',
  cost: 'none',
  options: z.strictObject({
    preference,
    penalty: z
      .number()
      .min(0)
      .default(1)
      .describe('λ; 0 is fixed weights, the paper has 0.01 to 8'),
  }),
  lacks: { scale: 'preferences are of the losses as they come, units included' },
  make({ tasks }, { penalty, ...options }): ScalarBalancer {
    const preferenceAt = preferenceOf('cosmos', tasks, options.preference, 'each');
    return {
      ...nothing,
      kind: 'scalar',
      name: 'cosmos',
      combine(losses, { present }) {
        checkTasks('cosmos', tasks, losses);
        const taking = vectorOf(tasks, present);
        const r = preferenceAt(taking);
        const L = tf.mul<tf.Tensor1D>(taking, vectorOf(tasks, losses));
        const dot = (a: tf.Tensor, b: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(a, b));
        const norm = (v: tf.Tensor) => tf.sqrt(tf.maximum(dot(v, v), SMALLEST));
        const cosine = tf.div(dot(r, L), tf.mul(norm(r), norm(L)));
        const length = norm(stopGradient(L));
        const along = tf.div(stopGradient(cosine), tf.square(length));
        const turn = tf.sub(tf.div(r, tf.mul(norm(r), length)), tf.mul(along, stopGradient(L)));
        const weights = scalarsOf(tf.sub(r, tf.mul(turn, penalty)));
        return {
          total: tf.sub<tf.Scalar>(dot(r, L), tf.mul(cosine, penalty)),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});
