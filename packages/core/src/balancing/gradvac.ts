import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { inputOf, nothing, type GramianBalancer } from './balancer.ts';
import { cosines } from './k-space/cosines.ts';
import { ordersOf } from './k-space/orders.ts';
import { defineGramian } from './refresh.ts';

/** Of √(1 − φ̂²), so that a target of 1 asks for no infinite vector: float32 knows it no better. */
const SMALLEST = 1e-3;

/**
 * Gradient vaccine (Wang et al. 2021): each gradient is turned towards the others, in
 * random order, where its cosine φ with gⱼ is below a target,
 *
 * `if φ < φ̂ᵢⱼ: ĝᵢ ← ĝᵢ + ‖ĝᵢ‖ (φ̂ √(1 − φ²) − φ √(1 − φ̂²)) / (‖gⱼ‖ √(1 − φ̂²)) gⱼ`,
 *
 * and the target follows: `φ̂ᵢⱼ ← (1 − β) φ̂ᵢⱼ + β φ`, from 0. The direction is `Σ ĝᵢ`; with β = 0 it is
 * PCGrad's. Of the whole of the shared parameters: a target per layer would need one Gram matrix per
 * layer. All rows take their j of a turn at once, as in PCGrad. The peers add 1e-8 to denominators.
 */
export const gradvac = defineGramian({
  name: 'gradvac',
  alias: ['GradVac'],
  source: 'Wang et al. 2021, arXiv 2010.05874',
  formula: 'Σ ĝᵢ; for j in random order: ĝᵢ turned to gⱼ until cos ≥ φ̂ᵢⱼ, φ̂ᵢⱼ ← (1−β)φ̂ᵢⱼ + βφᵢⱼ',
  cost: 'K backward passes',
  options: {
    // LibMTL's and TorchJD's default; the paper takes 0.01 for translation.
    beta: z.number().min(0).max(1).default(0.5).describe('β: how fast the targets follow'),
  },
  lacks: {
    order: 'with three tasks or more the random order is by place',
    scale: 'a turn keeps the lengths, so that a large gradient stays large',
  },
  guarantees: ['linear under scaling'],
  make({ tasks, seed = 0 }, { beta }): GramianBalancer {
    const K = tasks.length;
    const turns = K - 1;
    const targets = tf.variable(tf.zeros<tf.Rank.R2>([K, K]), false);
    return {
      ...nothing,
      kind: 'gramian',
      name: 'gradvac',
      state: { targets },
      inputs: turns > 0 ? { order: [turns, K, K] } : {},
      inputsAt: (batch) =>
        turns > 0 ? { order: ordersOf(K, stream(seed, 'gradvac-order', batch)) } : {},
      weights(gram, { inputs }) {
        // Rows of coefficients over unit gradients, each in units of its own first length.
        let rows = tf.eye(K);
        const { C, lengths, inverse, live } = cosines(gram);
        if (turns === 0) return live;
        const order = inputOf('gradvac', inputs, 'order');
        const both = tf.mul<tf.Tensor2D>(tf.reshape(live, [K, 1]), live);
        let target: tf.Tensor2D = targets;
        for (let turn = 0; turn < turns; turn++) {
          const taken = tf.reshape<tf.Rank.R2>(tf.slice(order, [turn, 0, 0], [1, K, K]), [K, K]);
          const j = tf.mul(taken, both);
          const pick = (matrix: tf.Tensor) => tf.sum(tf.mul(matrix, j), 1, true);
          const products = tf.matMul(rows, C);
          const length = tf.sqrt(tf.relu(tf.sum(tf.mul(products, rows), 1, true)));
          const phi = tf.div(pick(products), tf.add(length, 1e-8));
          const wanted = pick(target);
          const sine = tf.sqrt(tf.relu(tf.sub(1, tf.square(phi))));
          const aim = tf.sqrt(tf.relu(tf.sub(1, tf.square(wanted))));
          const turned = tf.sub(tf.mul(wanted, sine), tf.mul(phi, aim));
          const below = tf.cast(tf.less(phi, wanted), 'float32');
          const amount = tf.div(tf.mul(tf.mul(length, turned), below), tf.maximum(aim, SMALLEST));
          rows = tf.add(rows, tf.mul(amount, j));
          target = tf.add(target, tf.mul(tf.mul(tf.sub(phi, wanted), beta), j));
        }
        targets.assign(target);
        const sums = tf.matMul(tf.reshape(lengths, [1, K]), rows);
        return tf.mul(tf.reshape<tf.Rank.R1>(sums, [K]), inverse);
      },
    };
  },
});
