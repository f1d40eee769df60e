import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer } from './gradient-balancer.ts';
import { product } from './k-space/cosines.ts';
import { eigen, RELATIVE } from './k-space/eigen.ts';
import { preference, preferenceOf } from './preference.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Traces below this count as this. */
const SMALLEST = 1e-30;
/** Above any eigenvalue of a matrix of trace 1. */
const FAR = 10;

/**
 * Independent component alignment, Aligned-MTL (Senushkin et al. 2023, algorithm 1): with
 * `M = V diag(λ) Vᵀ` the gradients are replaced by the nearest ones at right angles and of equal length,
 *
 * `d = Σ wᵢ gᵢ`, `w = √λ₀ V diag(λ)^(−1/2) Vᵀ u`,
 *
 * with λ₀ by `scale`: the smallest eigenvalue, the median, or the mean (`rmse`, as TorchJD names the
 * published code's). Eigenvalues below K 2⁻²³ of the largest are 0, as in TorchJD for 32 bits, and their
 * directions are left out. u is 1 for all (the paper, LibMTL) or `preference`; TorchJD's default is 1/K.
 */
export const aligned = defineGramian({
  name: 'aligned',
  alias: ['Aligned_MTL', 'AlignedMTL', 'Aligned-MTL'],
  source: 'Senushkin et al. 2023, algorithm 1',
  formula: 'w = √λ₀ V diag(λ)^(−½) Vᵀ u, M = V diag(λ) Vᵀ, λ₀ = min λ',
  cost: 'K backward passes',
  options: {
    scale: z.enum(['min', 'median', 'rmse']).default('min').describe('which λ₀'),
    preference,
  },
  lacks: { scale: 'the components of a large gradient are the large ones' },
  make({ tasks }, { scale, ...options }): GramianBalancer {
    const K = tasks.length;
    const preferenceAt = preferenceOf('aligned', tasks, options.preference, 'each');
    return {
      ...nothing,
      kind: 'gramian',
      name: 'aligned',
      weights(gram, { present }) {
        const trace = tf.sum(tf.mul(gram, tf.eye(K)));
        const M = tf.div<tf.Tensor2D>(gram, tf.maximum(trace, SMALLEST));
        const { values, vectors } = eigen(M);
        const cut = tf.mul(tf.max(values), K * RELATIVE);
        const held = tf.cast<tf.Tensor1D>(tf.greater(values, cut), 'float32');
        const inverse = tf.mul(held, tf.rsqrt(tf.maximum(values, tf.add(cut, SMALLEST))));
        const factor = tf.mul(tf.sqrt(scaleOf[scale](values, held)), inverse);
        const u = product(tf.transpose(vectors), preferenceAt(present));
        return product(vectors, tf.mul(factor, u));
      },
    };
  },
});

/** λ₀ of eigenvalues of which some are held. */
const scaleOf = {
  min: (values: tf.Tensor1D, held: tf.Tensor1D) =>
    tf.min(tf.add(tf.mul(values, held), tf.mul(tf.sub(1, held), FAR))),
  rmse: (values: tf.Tensor1D, held: tf.Tensor1D) =>
    tf.div(tf.sum(tf.mul(values, held)), tf.maximum(tf.sum(held), 1)),
  /** Of an even number the lower one. */
  median(values: tf.Tensor1D, held: tf.Tensor1D) {
    const sorted = tf.topk(tf.mul(values, held), values.shape[0]).values;
    const place = tf.floor(tf.div(tf.sum(held), 2));
    const numbers = tf.range(0, values.shape[0]);
    return tf.sum(tf.mul(sorted, tf.cast(tf.equal(numbers, place), 'float32')));
  },
};
