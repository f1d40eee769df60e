import * as tf from '@tensorflow/tfjs';
import { logVarianceWeighting, type LogVarianceOptions } from './log-variance.ts';
import type { Weighting } from './weighting.ts';

/**
 * The scaled softmax likelihood without the approximation of equation 10 (Kendall et al. 2018,
 * equations 8 and 9), in s = log σ²:
 *
 * - softmax: `−log Softmax(e^{−s} f)_y`: the logits are scaled, the loss counts once, no log term;
 * - regression: `½ e^{−s} L + ½ s`.
 *
 * It is never negative, but σ² and the scale of the last layer do the same thing, so σ² is not
 * identifiable, and the task's weight stays 1.
 */
export function uncertaintyExact(
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting {
  const weighting = logVarianceWeighting(
    'uncertainty-exact',
    tasks,
    (s, likelihood) =>
      likelihood === 'softmax'
        ? { attenuation: tf.scalar(1), regulariser: tf.scalar(0), noise: tf.exp(s) }
        : {
            attenuation: tf.mul(tf.exp(tf.neg(s)), 0.5),
            regulariser: tf.mul(s, 0.5),
            noise: tf.exp(s),
          },
    options,
  );
  return {
    ...weighting,
    scaleOutput(output, task, likelihood) {
      if (likelihood !== 'softmax') return output;
      return tf.mul(output, tf.exp(tf.neg(weighting.variables[task])));
    },
  };
}
