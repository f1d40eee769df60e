import * as tf from '@tensorflow/tfjs';
import type { GramianBalancer } from './gradient-balancer.ts';
import { cosines } from './k-space/cosines.ts';
import { pseudoInverse } from './k-space/eigen.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Sums below this share of the magnitudes are 0. */
const NOTHING = 1e-6;
/** Against 0 / 0. */
const SMALLEST = 1e-30;

/**
 * Impartial multi-task learning, its half for gradients, IMTL-G (Liu et al. 2021): the
 * direction `d = Σ wᵢ gᵢ`, `Σ wᵢ = 1`, with the same projection on every gradient,
 * `gᵢ · d / ‖gᵢ‖ = gⱼ · d / ‖gⱼ‖`: `w ∝ (C⁺ 1)ᵢ / ‖gᵢ‖` with C⁺ the pseudoinverse of the cosines. The
 * weights may be negative. Where the sum is 0, as of opposed gradients, all are.
 *
 * TorchJD takes the pseudoinverse of M, which is another choice where the gradients are linearly
 * dependent and no direction has equal projections; elsewhere it is the same. The half for losses is
 * IMTL-L.
 */
export const imtlG = defineGramian({
  name: 'imtl-g',
  alias: ['IMTLG', 'IMTL_G'],
  source: 'Liu et al. 2021, "Towards impartial multi-task learning"',
  formula: 'gᵢ·d/‖gᵢ‖ the same for all, d = Σ wᵢgᵢ, Σ wᵢ = 1',
  cost: 'K backward passes',
  options: {},
  lacks: {},
  make: (): GramianBalancer => ({
    ...nothing,
    kind: 'gramian',
    name: 'imtl-g',
    weights(gram) {
      const { C, inverse, live } = cosines(gram);
      const w = tf.mul<tf.Tensor1D>(pseudoInverse(C, live), inverse);
      const total = tf.sum(w);
      const share = tf.div(tf.abs(total), tf.add(tf.sum(tf.abs(w)), SMALLEST));
      const some = tf.cast(tf.greater(share, NOTHING), 'float32');
      return tf.div(tf.mul(w, some), tf.add(tf.mul(total, some), tf.sub(1, some)));
    },
  }),
});
