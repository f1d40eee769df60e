import * as tf from '@tensorflow/tfjs';
import type { GramianBalancer } from './gradient-balancer.ts';
import { cosines, product } from './k-space/cosines.ts';
import { pseudoInverse } from './k-space/eigen.ts';
import { preference, preferenceOf } from './preference.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Squares below this are 0. */
const SMALLEST = 1e-12;

/**
 * Conflict-free inverse gradients, ConFIG (Liu, Chu & Thuerey 2024, equation 2): the direction whose
 * cosines with the gradients are to each other as the preferences u (equal, by default), as long as the
 * sum of the gradients' projections on it:
 *
 * `d = (Σ gᵢ · e) e`, `e ∝ U⁺ u`, the rows of U being `gᵢ / ‖gᵢ‖`.
 *
 * Its direction is that of IMTL-G where the gradients are independent, but never turned around.
 */
export const config = defineGramian({
  name: 'config',
  alias: ['ConFIG'],
  source: 'Liu, Chu & Thuerey 2024, arXiv 2408.11104, equation 2',
  formula: 'd = (Σ gᵢ·e) e, e ∝ U⁺u, U = rows gᵢ/‖gᵢ‖',
  cost: 'K backward passes',
  options: { preference },
  lacks: {},
  guarantees: ['non-conflicting', 'linear under scaling'],
  make({ tasks }, options): GramianBalancer {
    const preferenceAt = preferenceOf('config', tasks, options.preference, 'each');
    return {
      ...nothing,
      kind: 'gramian',
      name: 'config',
      weights(gram, { present }) {
        const { C, lengths, inverse } = cosines(gram);
        const x = pseudoInverse(C, preferenceAt(present));
        const along = product(C, x);
        const square = tf.sum(tf.mul(x, along));
        const some = tf.cast(tf.greater(square, SMALLEST), 'float32');
        // Σ gᵢ · e / ‖U⁺ u‖
        const factor = tf.div(tf.sum(tf.mul(lengths, along)), tf.maximum(square, SMALLEST));
        return tf.mul<tf.Tensor1D>(tf.mul(tf.mul(x, inverse), factor), some);
      },
    };
  },
});
