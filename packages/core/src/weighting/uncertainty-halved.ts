import * as tf from '@tensorflow/tfjs';
import { logVarianceWeighting, type LogVarianceOptions } from './log-variance.ts';
import type { Weighting } from './weighting.ts';

/**
 * `½ e^{−s} L + ½ s` for every task, stationary at σ² = L with weight 1/(2L): the form of LibMTL and
 * lorenmt/mtan, which begin at s = −0.5.
 */
export const uncertaintyHalved = (
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting =>
  logVarianceWeighting(
    'uncertainty-halved',
    tasks,
    (s) => ({
      attenuation: tf.mul(tf.exp(tf.neg(s)), 0.5),
      regulariser: tf.mul(s, 0.5),
      noise: tf.exp(s),
    }),
    options,
  );
