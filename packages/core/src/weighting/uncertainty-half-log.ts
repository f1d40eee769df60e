import * as tf from '@tensorflow/tfjs';
import { logVarianceWeighting, type LogVarianceOptions } from './log-variance.ts';
import type { Weighting } from './weighting.ts';

/**
 * `e^{−s} L + ½ s` for every task, stationary at σ² = 2L with weight 1/(2L): the classification term
 * of equation 10 used for all (SamsungLabs/MTL, which begins at s = 0).
 */
export const uncertaintyHalfLog = (
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting =>
  logVarianceWeighting(
    'uncertainty-half-log',
    tasks,
    (s) => ({ attenuation: tf.exp(tf.neg(s)), regulariser: tf.mul(s, 0.5), noise: tf.exp(s) }),
    options,
  );
