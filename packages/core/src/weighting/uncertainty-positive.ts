import * as tf from '@tensorflow/tfjs';
import { logVarianceWeighting, type LogVarianceOptions } from './log-variance.ts';
import type { Weighting } from './weighting.ts';

/**
 * `L / (2 c²) + log(1 + c²)` for every task (Liebel & Körner 2018, arXiv 1805.06334), which never
 * goes below 0. Stationary at c² = (L + √(L² + 8L))/4: small losses are raised by about 1/√(2L)
 * rather than 1/L, so the method depends on the unit of a loss.
 *
 * Learned as s = log c²: c itself can cross 0, where the term has a pole.
 */
export const uncertaintyPositive = (
  tasks: readonly string[],
  options: LogVarianceOptions = {},
): Weighting =>
  logVarianceWeighting(
    'uncertainty-positive',
    tasks,
    (s) => {
      const c2 = tf.exp(s);
      return {
        attenuation: tf.mul(tf.exp(tf.neg(s)), 0.5),
        regulariser: tf.log(tf.add(c2, 1)),
        noise: c2,
      };
    },
    options,
  );
