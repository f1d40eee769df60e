import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineBalancer } from './define.ts';
import { normalised, product } from './k-space/cosines.ts';
import { onSimplex } from './k-space/simplex.ts';
import type { CrossBalancer } from './second-batch-balancer.ts';
import { nothing } from './stateful.ts';

/**
 * Multi-objective gradient with double sampling, MoDo (Chen, Fernando, Ying & Chen 2023, algorithm 1): weights that
 * go down on the length of the direction, whose slope is unbiased because it is made of two batches,
 *
 * `λ ← Π(λ − γ (A λ + ρ λ))`, `Aᵢⱼ = gᵢ · g̃ⱼ`, `d = Σ λᵢ gᵢ`,
 *
 * with Π the nearest point of the simplex, and d of a third batch, as in LibMTL and the authors' `three_grads`. (Their
 * other form steps on the mean of both batches, and is not here.) The pull ρ to small weights, and so to equal ones, is
 * of the published code. An objective without a label in both batches keeps its λ, and the others share the rest;
 * those in the third have their sum made 1.
 */
export const modo = defineBalancer({
  name: 'modo',
  alias: ['MoDo'],
  source: 'Chen, Fernando, Ying & Chen 2023, arXiv 2305.20057, algorithm 1',
  formula:
    'd = Σ λᵢgᵢ, λ ← Π(λ − γ(A + ρI)λ) on the simplex, A of the gradients of two other batches',
  cost: 'two more batches, 3 K backward passes',
  options: z.strictObject({
    // LibMTL's default; TorchJD's is 0.1.
    gamma: z.number().positive().default(0.001).describe('γ: how fast the weights move'),
    rho: z.number().min(0).default(0.1).describe('ρ: pull to equal weights'),
  }),
  lacks: { scale: 'the weights are given to the gradients as they are' },
  make({ tasks }, { gamma, rho }): CrossBalancer {
    const K = tasks.length;
    const weights = tf.variable(tf.fill<tf.Rank.R1>([K], 1 / K), false);
    return {
      ...nothing,
      kind: 'cross',
      name: 'modo',
      state: { weights },
      weights(products, { present, paired }) {
        const here = tf.mul<tf.Tensor1D>(weights, paired);
        const slope = tf.add(product(products, here), tf.mul(here, rho));
        const moved = onSimplex(tf.sub(here, tf.mul(slope, gamma)), paired, tf.sum(here));
        const now = tf.add<tf.Tensor1D>(moved, tf.mul(weights, tf.sub(1, paired)));
        weights.assign(now);
        return normalised(tf.mul(now, present));
      },
    };
  },
});
