import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer } from './gradient-balancer.ts';
import { cosines, product } from './k-space/cosines.ts';
import { inversePower } from './k-space/newton.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Against 0 / 0. */
const SMALLEST = 1e-30;

/**
 * The Nash bargaining solution, Nash-MTL (Navon et al. 2022, algorithm 1): `M α = 1/α`, `α > 0`, and
 * `d = Σ αᵢ gᵢ`, whose length is √K whatever the gradients' are, cut to `maxNorm`.
 *
 * Solved by damped Newton in ten steps (see `inversePower`). The published code, LibMTL and TorchJD
 * linearise a concave problem and stop at 1e-3; where their solver fails they keep the weights before.
 * With zero in the hull of the gradients there is no solution: the weights are then large, and those of
 * opposed gradients still cancel. The paper refreshes them every n batches: `every`.
 */
export const nash = defineGramian({
  name: 'nash',
  alias: ['Nash_MTL', 'NashMTL', 'Nash-MTL'],
  source: 'Navon et al. 2022, arXiv 2202.01017, algorithm 1',
  formula: 'Mα = 1/α, d = Σ αᵢgᵢ, ‖d‖ ≤ maxNorm',
  cost: 'K backward passes',
  options: {
    maxNorm: z.number().min(0).default(1).describe('largest ‖d‖; 0: none'),
    steps: z.number().int().positive().max(100).default(10).describe('of the solver'),
  },
  lacks: {},
  guarantees: ['non-conflicting'],
  make: (_place, { maxNorm, steps }): GramianBalancer => ({
    ...nothing,
    kind: 'gramian',
    name: 'nash',
    weights(gram) {
      const angles = cosines(gram);
      const alpha = inversePower(angles, 1, steps);
      if (maxNorm === 0) return alpha;
      const unit = tf.mul<tf.Tensor1D>(alpha, angles.lengths);
      const square = tf.relu(tf.sum(tf.mul(unit, product(angles.C, unit))));
      return tf.mul(alpha, tf.minimum(1, tf.div(maxNorm, tf.add(tf.sqrt(square), SMALLEST))));
    },
  }),
});
