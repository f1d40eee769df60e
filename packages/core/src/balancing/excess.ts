import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { JacobianBalancer } from './gradient-balancer.ts';
import { softmaxOver } from './moco.ts';
import { defineGradient } from './mode.ts';
import { nothing } from './stateful.ts';
import { combinedRows } from './vectors.ts';

/** Added to sums of squares and to first excesses, as in the published code. */
const SMALLEST = 1e-7;

/**
 * Excess risks, ExcessMTL (He et al. 2024, equations 6, 7 and 9): how far each objective is from its
 * best loss is estimated from the gradient and the sum H of its squares so far, and those further away
 * than at their first batch gain weight,
 *
 * `eᵢ = Σ gᵢ² / √(Hᵢ + 1e-7)`, `wᵢ ∝ wᵢ exp(η eᵢ / eᵢ⁰)`, `d = Σ wᵢ gᵢ`.
 *
 * As in the published code the first batch goes without the division. Weights begin at 1/K and sum to
 * 1, as in the paper and TorchJD; in LibMTL they begin at 1. An objective without a label keeps its
 * weight. TorchJD's wait before the first excess is not here.
 */
export const excess = defineGradient({
  name: 'excess',
  alias: ['ExcessMTL'],
  source: 'He et al. 2024, arXiv 2402.02009, equations 6, 7 and 9',
  formula: 'wᵢ ∝ wᵢ exp(η eᵢ/eᵢ⁰), eᵢ = Σ gᵢ²/√Hᵢ, Hᵢ ← Hᵢ + gᵢ²',
  cost: 'K backward passes and 2 K numbers per shared parameter',
  options: {
    // TorchJD's default; LibMTL's is 0.01.
    eta: z.number().positive().default(1).describe('η: how fast the weights move'),
  },
  lacks: { scale: 'the weights go by ratios, the update by the gradients' },
  make({ tasks }, { eta }): JacobianBalancer {
    const K = tasks.length;
    const state = {
      logWeights: tf.variable(tf.fill<tf.Rank.R1>([K], -Math.log(K)), false),
      first: tf.variable(tf.zeros<tf.Rank.R1>([K]), false),
      /** 1 where an objective has had a label. */
      known: tf.variable(tf.zeros<tf.Rank.R1>([K]), false),
    };
    return {
      ...nothing,
      kind: 'jacobian',
      name: 'excess',
      state,
      memory: ['squares'],
      direction(rows, { present, memory }) {
        const { logWeights, first, known } = state;
        const square = tf.square(rows);
        const sums = tf.add<tf.Tensor2D>(memory['squares'], square);
        memory['squares'].assign(sums);
        const e = tf.sum<tf.Tensor1D>(tf.div(square, tf.sqrt(tf.add(sums, SMALLEST))), 1);
        const old = tf.mul(known, tf.add(first, SMALLEST));
        const ratio = tf.div(e, tf.add(old, tf.sub(1, known)));
        const moved = tf.add<tf.Tensor1D>(logWeights, tf.mul(tf.mul(ratio, eta), present));
        const w = softmaxOver(present, moved);
        const total = tf.log(tf.maximum(tf.sum(tf.mul(tf.exp(logWeights), present)), 1e-30));
        // Those present share among them what they had, so that none gains by another's absence.
        const shared = tf.add(tf.log(tf.maximum(w, 1e-30)), total);
        const absent = tf.sub(1, present);
        first.assign(tf.add(tf.mul(tf.mul(present, tf.sub(1, known)), e), first));
        known.assign(tf.maximum(known, present));
        logWeights.assign(tf.add(tf.mul(present, shared), tf.mul(absent, logWeights)));
        return combinedRows(w, rows);
      },
    };
  },
});
