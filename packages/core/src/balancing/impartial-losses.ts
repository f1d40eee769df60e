import * as tf from '@tensorflow/tfjs';
import { defineBalancer } from './define.ts';
import { logVarianceBalancer, logVarianceOptions } from './log-variance.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { FOLLOWS } from './uncertainty.ts';

/**
 * The loss balance of impartial multi-task learning, IMTL-L (Liu et al. 2021):
 *
 * `L = Σ e^{sᵢ} Lᵢ − sᵢ`, which ends at `wᵢ = e^{sᵢ} = 1/Lᵢ`
 *
 * so that every weighted loss is 1. It is `uncertainty-plain` with the sign of s turned, and therefore
 * learned here in s = −sᵢ of the paper: the same weights step by step under SGD and Adam alike. What is
 * logged is the weight alone, since the method assumes no noise. A loss of 0 or below has no optimum;
 * it counts as the floor that all learned noises share.
 */
export const impartialLosses = defineBalancer({
  name: 'impartial-losses',
  alias: ['IMTL-L'],
  source: 'Liu et al. 2021, Towards Impartial Multi-task Learning, the loss balance',
  formula: 'Σ e⁻ˢL + s, s = −sᵢ of the paper; ends at w = 1/L',
  cost: 'none',
  options: logVarianceOptions,
  lacks: { scale: FOLLOWS },
  make(place, options): ScalarBalancer {
    const balancer = logVarianceBalancer(
      'impartial-losses',
      place,
      {
        term: (s) => ({ attenuation: tf.exp(tf.neg(s)), regulariser: s, noise: tf.exp(s) }),
        rest: Math.log,
      },
      options,
    );
    return {
      ...balancer,
      combine(losses, context) {
        const { total, report } = balancer.combine(losses, context);
        const weights = Object.entries(report).filter(([name]) => name.startsWith('weight/'));
        return { total, report: Object.fromEntries(weights) };
      },
    };
  },
});
