import * as tf from '@tensorflow/tfjs';
import type { GramianBalancer } from './gradient-balancer.ts';
import { complementary } from './k-space/complementarity.ts';
import { cosines } from './k-space/cosines.ts';
import { withUnits } from './k-space/hull.ts';
import { preference, preferenceOf } from './preference.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/**
 * Unconflicting projection of gradients, the UPGrad of Jacobian descent (Quinton & Rey 2024): each gradient is projected on the directions in which no loss grows to first order (the dual cone
 * of the gradients), and the projections are summed with the preferences u:
 *
 * `w = Σᵢ argmin vᵀ M v` over `v ≥ uᵢ eᵢ`.
 *
 * With `v = uᵢ eᵢ + y` each is a complementarity problem; all K are solved at once, over the cosines of
 * the gradients. TorchJD adds 1e-4 of the trace to the diagonal of M, which bends w by about that; this
 * adds nothing. Where the gradients are linearly dependent several w give the same direction, and this
 * one is the mean of those with the fewest gradients.
 */
export const upgrad = defineGramian({
  name: 'upgrad',
  alias: ['UPGrad'],
  source: 'Quinton & Rey 2024, arXiv 2406.16232',
  formula: 'w = Σᵢ argmin vᵀMv over v ≥ uᵢeᵢ, u = 1/K',
  cost: 'K backward passes',
  options: { preference },
  lacks: { scale: 'a projection keeps the lengths, so that a large gradient stays large' },
  guarantees: ['non-conflicting', 'linear under scaling'],
  make({ tasks }, options): GramianBalancer {
    const preferenceAt = preferenceOf('upgrad', tasks, options.preference);
    return {
      ...nothing,
      kind: 'gramian',
      name: 'upgrad',
      weights(gram, { present }) {
        const { C, lengths, inverse, live } = cosines(gram);
        const M = withUnits(C, tf.sub(1, live));
        // Column i: the projection of the unit vector i, which is homogeneous in its length.
        const { y } = complementary(M, C);
        const u = tf.mul(preferenceAt(present), lengths);
        const projected = tf.add(tf.eye(tasks.length), y);
        return tf.mul<tf.Tensor1D>(tf.sum(tf.mul(projected, u), 1), inverse);
      },
    };
  },
});
