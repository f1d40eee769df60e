import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer } from './gradient-balancer.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Squared distances over the largest one; what may not be taken is further than any. */
const FAR = 1e3;
/** Against 0 / 0 where all gradients are the same. */
const SMALLEST = 1e-30;

/**
 * Krum and multi-Krum (Blanchard et al. 2017): the mean of the `selected` gradients with the smallest
 * sum of distances to their `K − byzantine − 2` nearest others, at least one; against objectives whose
 * gradients are wrong rather than in conflict. Distances, as in TorchJD; squared ones in the paper.
 *
 * Gradients with the same sum share their place, so that the order of the objectives does not decide;
 * TorchJD takes the first. With fewer than `byzantine + 3` objectives, which TorchJD refuses, a gradient
 * is judged by its nearest neighbour.
 */
export const krum = defineGramian({
  name: 'krum',
  alias: ['Krum'],
  source: 'Blanchard et al. 2017, "Machine learning with adversaries"',
  formula: 'mean of the gᵢ with the least Σ ‖gᵢ − gⱼ‖ over the K − f − 2 nearest j',
  cost: 'K backward passes',
  options: {
    byzantine: z.number().int().min(0).default(0).describe('f: objectives that may be wrong'),
    selected: z.number().int().positive().default(1).describe('gradients that are kept'),
  },
  lacks: { scale: 'distances go by the lengths' },
  make({ tasks }, { byzantine, selected }): GramianBalancer {
    const K = tasks.length;
    const nearest = Math.max(1, K - byzantine - 2);
    return {
      ...nothing,
      kind: 'gramian',
      name: 'krum',
      weights(gram, { present }) {
        if (K === 1) return tf.onesLike(present);
        const squares = tf.sum(tf.mul(gram, tf.eye(K)), 1);
        const sums = tf.add(tf.reshape(squares, [K, 1]), squares);
        const unit = tf.div(sums, tf.maximum(tf.max(sums), SMALLEST));
        const products = tf.div(tf.mul(gram, 2), tf.maximum(tf.max(sums), SMALLEST));
        const absent = tf.sub(1, present);
        const distances = tf.sqrt(tf.relu(tf.sub(unit, products)));
        const barred = tf.mul(tf.add(tf.eye(K), absent), FAR);
        const near = tf.topk(tf.neg(tf.add(distances, barred)), nearest).values;
        const free = tf.cast(tf.greater(near, -FAR / 2), 'float32');
        const score = tf.sub(tf.mul(absent, FAR), tf.sum(tf.mul(near, free), 1));
        // How many have a smaller score, and how many the same: row i against column j.
        const column = tf.reshape(score, [K, 1]);
        const before = tf.sum(tf.cast(tf.less(score, column), 'float32'), 1);
        const same = tf.sum(tf.cast(tf.equal(score, column), 'float32'), 1);
        const most = tf.minimum(tf.maximum(tf.sum(present), 1), selected);
        const share = tf.div(tf.sub(most, before), same);
        return tf.div<tf.Tensor1D>(tf.clipByValue(share, 0, 1), most);
      },
    };
  },
});
