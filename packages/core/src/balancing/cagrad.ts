import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer } from './gradient-balancer.ts';
import { bestInBall } from './k-space/ball.ts';
import { cosines } from './k-space/cosines.ts';
import { preference, preferenceOf } from './preference.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/**
 * Conflict-averse gradient descent (Liu et al. 2021, algorithm 1): of the directions not further from
 * the mean gradient g₀ than `c ‖g₀‖` the one that serves the worst-off task best,
 *
 * `d = argmax minᵢ gᵢ · d` over `‖d − g₀‖ ≤ c ‖g₀‖`, which is `g₀ + c ‖g₀‖ g_w / ‖g_w‖`.
 *
 * c = 0 is the mean gradient, and the larger c, the nearer MGDA. Where some `g_w` is 0 and no direction
 * serves all tasks (Pareto-stationary), the direction is 0, as in TorchJD; LibMTL goes on with g₀. A
 * gradient of zero is such a point.
 */
export const cagrad = defineGramian({
  name: 'cagrad',
  alias: ['CAGrad'],
  source: 'Liu et al. 2021, arXiv 2110.14048, algorithm 1',
  formula: 'd = argmax minᵢ gᵢ·d over ‖d − g₀‖ ≤ c‖g₀‖, g₀ = Σ gᵢ/K',
  cost: 'K backward passes',
  options: {
    // LibMTL's default is 0.5; TorchJD has none.
    c: z.number().min(0).default(0.4).describe('radius of the ball over ‖g₀‖'),
    rescale: z
      .union([z.literal(0), z.literal(1), z.literal(2)])
      .default(0)
      .describe('the direction over 1, 1 + c² or 1 + c, as the published code numbers them'),
    preference,
  },
  lacks: { scale: 'the mean of the gradients leans to the large ones' },
  make({ tasks }, { c, rescale, ...options }): GramianBalancer {
    const preferenceAt = preferenceOf('cagrad', tasks, options.preference);
    const over = [1, 1 + c ** 2, 1 + c][rescale];
    return {
      ...nothing,
      kind: 'gramian',
      name: 'cagrad',
      weights(gram, { present }) {
        const u = preferenceAt(present);
        return tf.div(bestInBall(cosines(gram), u, c, present), over);
      },
    };
  },
});
