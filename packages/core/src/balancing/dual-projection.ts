import * as tf from '@tensorflow/tfjs';
import type { GramianBalancer } from './gradient-balancer.ts';
import { complementary } from './k-space/complementarity.ts';
import { cosines, product } from './k-space/cosines.ts';
import { withUnits } from './k-space/hull.ts';
import { preference, preferenceOf } from './preference.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Against 0 / 0 where all gradients are 0. */
const SMALLEST = 1e-30;

/**
 * The mean gradient, projected on the directions in which no loss grows to first order (Lopez-Paz &
 * Ranzato 2017, equation 11; DualProj in TorchJD): with preferences u
 *
 * `w = argmin vᵀ M v` over `v ≥ u`.
 *
 * TorchJD adds 1e-4 of the trace to the diagonal of M; this adds nothing.
 */
export const dualProjection = defineGramian({
  name: 'dual-projection',
  alias: ['DualProj'],
  source: 'Lopez-Paz & Ranzato 2017, arXiv 1706.08840, equation 11',
  formula: 'w = argmin vᵀMv over v ≥ u, u = 1/K',
  cost: 'K backward passes',
  options: { preference },
  lacks: { scale: 'the mean of the gradients leans to the large ones' },
  guarantees: ['non-conflicting'],
  make({ tasks }, options): GramianBalancer {
    const K = tasks.length;
    const preferenceAt = preferenceOf('dual-projection', tasks, options.preference);
    return {
      ...nothing,
      kind: 'gramian',
      name: 'dual-projection',
      weights(gram, { present }) {
        const { C, lengths, inverse, live } = cosines(gram);
        const u = tf.mul<tf.Tensor1D>(preferenceAt(present), lengths);
        const size = tf.max(u);
        const unit = tf.div<tf.Tensor1D>(u, tf.maximum(size, SMALLEST));
        const M = withUnits(C, tf.sub(1, live));
        const { y } = complementary(M, tf.reshape(product(C, unit), [K, 1]));
        const w = tf.mul(tf.add(unit, tf.reshape(y, [K])), size);
        return tf.mul<tf.Tensor1D>(w, inverse);
      },
    };
  },
});
