import * as tf from '@tensorflow/tfjs';
import { stopGradient } from '../stop-gradient.ts';
import type { LogVarianceOptions } from './log-variance.ts';
import { uncertainty } from './uncertainty.ts';
import type { Weighting } from './weighting.ts';

/**
 * Uncertainty weighting whose weights share out a fixed learning rate: equation 10 divided by the sum
 * of its weights,
 *
 *     (Σ wᵢ Lᵢ + Σ ½ sᵢ) / sg[Σ wᵢ],   wᵢ = ½ e^{−sᵢ} (softmax: e^{−sᵢ}),   sg: without gradient
 *
 * With the plain form the weights grow as the losses shrink, and with them the effective learning
 * rate; fixed weights of a grid sum to 1. Compare like with like by this form. Its stationary points
 * in s are those of equation 10.
 */
export function uncertaintyNormalised(
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting {
  const plain = uncertainty(tasks, options);
  return {
    ...plain,
    name: 'uncertainty-normalised',
    combine(losses, likelihoods, context) {
      const { total, report } = plain.combine(losses, likelihoods, context);
      const weights = tasks.map((task) => report[`weight/${task}`]);
      const sum = stopGradient(weights.reduce((a, b) => tf.add(a, b)));
      const shares = tasks.map((task, i) => [`weight/${task}`, tf.div(weights[i], sum)] as const);
      return {
        total: tf.div<tf.Scalar>(total, sum),
        report: { ...report, ...(Object.fromEntries(shares) as typeof report) },
      };
    },
  };
}
