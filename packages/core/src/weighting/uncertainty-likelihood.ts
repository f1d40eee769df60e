import * as tf from '@tensorflow/tfjs';
import { logVarianceWeighting, type LogVarianceOptions } from './log-variance.ts';
import type { Weighting } from './weighting.ts';

/**
 * The negative log likelihood that belongs to each loss, in s = log σ²:
 *
 * - laplace: `L/b + log b` with b = σ, that is `e^{−s/2} L + ½ s`, stationary at b = L, weight 1/L;
 * - gaussian: `½ e^{−s} L + ½ s`, stationary at σ² = L, weight 1/(2L);
 * - softmax: `e^{−s} L + ½ s`, the approximation of equation 10, weight 1/(2L).
 *
 * So an L1 task counts twice as much as under the paper's form. Reports b for Laplace tasks. Set
 * `dimensions` where the loss sums over several components, each of which has its log b.
 */
export const uncertaintyLikelihood = (
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting =>
  logVarianceWeighting(
    'uncertainty-likelihood',
    tasks,
    (s, likelihood) => {
      const half = tf.mul<tf.Scalar>(s, 0.5);
      if (likelihood === 'laplace') {
        return { attenuation: tf.exp(tf.neg(half)), regulariser: half, noise: tf.exp(half) };
      }
      const precision = tf.exp<tf.Scalar>(tf.neg(s));
      const attenuation = likelihood === 'softmax' ? precision : tf.mul(precision, 0.5);
      return { attenuation: attenuation as tf.Scalar, regulariser: half, noise: tf.exp(s) };
    },
    options,
  );
