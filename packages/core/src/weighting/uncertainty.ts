import * as tf from '@tensorflow/tfjs';
import { logVarianceWeighting, type LogVarianceOptions } from './log-variance.ts';
import type { Weighting } from './weighting.ts';

/**
 * Uncertainty weighting as the paper prints it (Kendall et al. 2018, equation 10) in s = log σ²:
 *
 * - regression: `½ e^{−s} L + ½ s`, stationary at σ² = L. The paper uses this Gaussian form for its
 *   L1 losses too, and so does this;
 * - softmax: `e^{−s} L + ½ s`, stationary at σ² = 2L, with L the cross-entropy of the unscaled
 *   logits.
 *
 * Either way the weight ends at 1/(2L), so that the total follows Σ ½ log Lᵢ.
 */
export const uncertainty = (
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting =>
  logVarianceWeighting(
    'uncertainty',
    tasks,
    (s, likelihood) => {
      const precision = tf.exp<tf.Scalar>(tf.neg(s));
      return {
        attenuation: likelihood === 'softmax' ? precision : tf.mul(precision, 0.5),
        regulariser: tf.mul(s, 0.5),
        noise: tf.exp(s),
      };
    },
    options,
  );
