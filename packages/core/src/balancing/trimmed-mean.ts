import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { JacobianBalancer } from './gradient-balancer.ts';
import { defineGradient } from './mode.ts';
import { nothing } from './stateful.ts';

/** Above any gradient: what is absent comes last. */
const FAR = 1e30;

/**
 * The coordinate-wise trimmed mean (Yin et al. 2018): of each element the mean of the
 * gradients without the `trim` largest and the `trim` smallest. With n objectives in the batch, at most
 * `(n − 1) / 2` at either end, so that one is left; TorchJD refuses fewer than `2 trim + 1`.
 */
export const trimmedMean = defineGradient({
  name: 'trimmed-mean',
  alias: ['TrimmedMean'],
  source: 'Yin et al. 2018, arXiv 1803.01498',
  formula: 'mean of gᵢ without its trim largest and smallest, element by element',
  cost: 'K backward passes and K numbers per shared parameter',
  options: {
    trim: z.number().int().min(0).default(1).describe('values left out at either end'),
  },
  lacks: { scale: 'which values are extreme goes by the magnitudes' },
  make: (_place, { trim }): JacobianBalancer => ({
    ...nothing,
    kind: 'jacobian',
    name: 'trimmed-mean',
    direction(rows, { present }) {
      const K = rows.shape[0];
      const absent = tf.reshape(tf.sub(1, present), [K, 1]);
      const sorted = inOrder(tf.unstack(tf.add(rows, tf.mul(absent, FAR))) as tf.Tensor1D[]);
      const n = tf.sum(present);
      const cut = tf.minimum(trim, tf.maximum(tf.floor(tf.div(tf.sub(n, 1), 2)), 0));
      const left = tf.maximum(tf.sub(n, tf.mul(cut, 2)), 1);
      const place = tf.range(0, K);
      const kept = tf.logicalAnd(tf.greaterEqual(place, cut), tf.less(place, tf.sub(n, cut)));
      const weights = tf.div(tf.cast(kept, 'float32'), left);
      return sorted
        .map((row, k) => tf.mul<tf.Tensor1D>(row, tf.slice(weights, [k], [1])))
        .reduce((a, b) => tf.add(a, b));
    },
  }),
});

/** Vectors of which, in each element, the first is the smallest: a sort by exchange of neighbours. */
export function inOrder(vectors: readonly tf.Tensor1D[]): tf.Tensor1D[] {
  const sorted = [...vectors];
  for (let round = 0; round < sorted.length; round++) {
    for (let i = round % 2; i + 1 < sorted.length; i += 2) {
      const [a, b] = [sorted[i], sorted[i + 1]];
      sorted[i] = tf.minimum(a, b);
      sorted[i + 1] = tf.maximum(a, b);
    }
  }
  return sorted;
}
