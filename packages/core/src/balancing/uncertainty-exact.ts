import * as tf from '@tensorflow/tfjs';
import { defineBalancer } from './define.ts';
import { LOSS_FLOOR, logVarianceBalancer, logVarianceOptions, raised } from './log-variance.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { FOLLOWS } from './uncertainty.ts';

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
export const uncertaintyExact = defineBalancer({
  name: 'uncertainty-exact',
  alias: [],
  source: 'Kendall et al. 2018, equations 8 and 9',
  formula: 'softmax −log Softmax(e⁻ˢf), regression ½e⁻ˢL + ½s',
  cost: 'none',
  options: logVarianceOptions,
  lacks: { scale: FOLLOWS },
  make(place, options): ScalarBalancer {
    const balancer = logVarianceBalancer(
      'uncertainty-exact',
      place,
      {
        term: (s, likelihood) =>
          likelihood === 'softmax'
            ? { attenuation: tf.scalar(1), regulariser: tf.scalar(0), noise: tf.exp(s) }
            : {
                attenuation: tf.mul(tf.exp(tf.neg(s)), 0.5),
                regulariser: tf.mul(s, 0.5),
                noise: tf.exp(s),
              },
        // Of scaled logits nothing rests: larger ones only lower a loss that float32 still tells from 0.
        rest: Math.log,
      },
      options,
    );
    const likelihoods = new Map(place.objectives.map((o) => [o.name, o.likelihood]));
    return {
      ...balancer,
      scaleOutput: (output, task) =>
        likelihoods.get(task) === 'softmax'
          ? tf.mul(output, tf.exp(tf.neg(raised(balancer.variables[task], Math.log(LOSS_FLOOR)))))
          : output,
    };
  },
});
