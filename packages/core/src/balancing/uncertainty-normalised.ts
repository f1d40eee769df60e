import * as tf from '@tensorflow/tfjs';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { logVarianceOptions } from './log-variance.ts';
import { perTask, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { FOLLOWS, uncertainty } from './uncertainty.ts';

/**
 * Uncertainty weighting whose weights share out a fixed learning rate: equation 10 divided by the sum
 * of its weights,
 *
 *     (Σ wᵢ Lᵢ + Σ ½ sᵢ) / sg[Σ wᵢ],   wᵢ = ½ e^{−sᵢ} (softmax: e^{−sᵢ}),   sg: without gradient
 *
 * where all sums are over the tasks with a label in the batch, so that one task alone has weight 1.
 * With the plain form the weights grow as the losses shrink, and with them the effective learning
 * rate; fixed weights of a grid sum to 1. Compare like with like by this form. Its stationary points
 * in s are those of equation 10.
 */
export const uncertaintyNormalised = defineBalancer({
  name: 'uncertainty-normalised',
  alias: [],
  source: 'Kendall et al. 2018, equation 10, over the sum of its weights',
  formula: '(Σ wᵢLᵢ + Σ ½sᵢ) / Σ wᵢ, w as in uncertainty; Σ w = 1',
  cost: 'none',
  options: logVarianceOptions,
  lacks: { scale: FOLLOWS },
  make(place, options): ScalarBalancer {
    const plain = uncertainty.make(place, options);
    return {
      ...plain,
      name: 'uncertainty-normalised',
      combine(losses, context) {
        const { total, report } = plain.combine(losses, context);
        const { sum, present } = context;
        const weights = perTask(place.tasks, (task) => report[`weight/${task}`]);
        const whole = stopGradient(sum(weights));
        // Nothing is divided where no task has a label.
        const divisor = tf.where(tf.greater(whole, 0), whole, tf.onesLike(whole));
        const share = (task: string): tf.Scalar =>
          tf.mul(tf.div(weights[task], divisor), present[task]);
        return {
          total: tf.div<tf.Scalar>(total, divisor),
          report: { ...report, ...weightReport(place.tasks, share) },
        };
      },
    };
  },
});
