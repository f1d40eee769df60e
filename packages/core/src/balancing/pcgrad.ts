import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import type { GramianBalancer } from './gradient-balancer.ts';
import { ordersOf } from './k-space/orders.ts';
import { defineGramian } from './refresh.ts';
import { inputOf, nothing } from './stateful.ts';

/** Squared norms below this count as this: a gradient of zero conflicts with none. */
const SMALLEST = 1e-30;

/**
 * Projecting conflicting gradients (Yu et al. 2020, algorithm 1). For each task i, over the other
 * tasks j in random order,
 *
 * `if ĝᵢ · gⱼ < 0: ĝᵢ ← ĝᵢ − (ĝᵢ · gⱼ / ‖gⱼ‖²) gⱼ`
 *
 * with the original gⱼ; the direction is `Σ ĝᵢ`. Row i of C holds the coefficients of ĝᵢ over the
 * original gradients, so that `ĝᵢ · gⱼ = (C M)ᵢⱼ` and all goes on in K × K numbers. All rows take
 * their j of a turn at once.
 *
 * The orders of a batch depend on the seed and its number alone.
 */
export const pcgrad = defineGramian({
  name: 'pcgrad',
  alias: ['PCGrad'],
  source: 'Yu et al. 2020, arXiv 2001.06782, algorithm 1',
  formula: 'Σ ĝᵢ; for j in random order: ĝᵢ −= min(ĝᵢ·gⱼ, 0)/‖gⱼ‖² gⱼ',
  cost: 'K backward passes',
  options: {},
  lacks: {
    order: 'with three tasks or more the random order is by place',
    scale: 'a projection keeps the norms, so that a large gradient stays large',
  },
  guarantees: ['linear under scaling'],
  make({ tasks, seed = 0 }): GramianBalancer {
    const K = tasks.length;
    const turns = K - 1;
    return {
      ...nothing,
      kind: 'gramian',
      name: 'pcgrad',
      inputs: turns > 0 ? { order: [turns, K, K] } : {},
      inputsAt: (batch) =>
        turns > 0 ? { order: ordersOf(K, stream(seed, 'pcgrad-order', batch)) } : {},
      weights(gram, { inputs }) {
        let C = tf.eye(K);
        if (turns === 0) return tf.reshape(C, [K]);
        const order = inputOf('pcgrad', inputs, 'order');
        const squares = tf.reshape<tf.Rank.R2>(tf.sum(tf.mul(gram, C), 1), [1, K]);
        for (let turn = 0; turn < turns; turn++) {
          // One-hot rows: which j the row i takes in this turn.
          const j = tf.reshape<tf.Rank.R2>(tf.slice(order, [turn, 0, 0], [1, K, K]), [K, K]);
          const product = tf.sum(tf.mul(tf.matMul(C, gram), j), 1, true);
          const square = tf.sum(tf.mul(squares, j), 1, true);
          const conflict = tf.div(tf.minimum(product, 0), tf.maximum(square, SMALLEST));
          C = tf.sub(C, tf.mul(conflict, j));
        }
        return tf.sum<tf.Tensor1D>(C, 0);
      },
    };
  },
});
