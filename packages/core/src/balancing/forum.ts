import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { defineBalancer } from './define.ts';
import { batchesOfEpoch } from './epochs.ts';
import { bestWithin } from './k-space/bounded-hull.ts';
import { cosines, normalised, product } from './k-space/cosines.ts';
import { ownAdam } from './own-adam.ts';
import type { ValueFunctionBalancer } from './second-batch-balancer.ts';
import { inputOf, nothing } from './stateful.ts';
import { either, softmaxAmong } from './vectors.ts';

/** Added to ‖∇q‖², as in LibMTL. */
const SMALLEST = 1e-8;

/**
 * First-order multi-gradient method, FORUM (Ye, Lin, Cao, Zhang & Tsang 2024): the problem of MOML, in which the weighed
 * training loss is not descended first but kept near to its lowest by a constraint,
 *
 * `min (L̃₁(θ), …, L̃_K(θ))` over θ and α, within `q = f(α, θ) − f(α, θᵀ) ≤ 0`, `f = Σ λᵢ Lᵢ`, `λ = softmax(α)`,
 *
 * with L̃ on a second batch and θᵀ some steps of descent on f from θ, held constant in ∇q. Both θ and α go along
 *
 * `d = Σ wₖ ∇L̃ₖ/‖∇L̃ₖ‖ + ν ∇q`, `ν = max(φ − Σ wₖ (∇L̃ₖ/‖∇L̃ₖ‖) · ∇q/‖∇q‖², 0)`
 *
 * so that q falls by φ‖∇q‖² at least. w follows ŵ of each batch, `w ← w + (ŵ − w)/e^σ` in epoch e, with ŵ of the
 * direction that serves the worst-off objective best (see `bestWithin`). No second derivative is taken.
 *
 * ŵ solves the problem whose constraint that is. LibMTL takes half of φ in what is made small and φ in the constraint,
 * so that its ŵ differs where ν > 0. LibMTL adds the second batch's gradients of one task's own parameters alike, and so
 * does this: a head learns from both batches, by unit lengths. Where the descent ends higher than it began, α stays.
 * An objective without a label keeps its w and α; the w of those that are there have their sum made 1.
 * @example
 * ```ts
 * import { forum } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const objectives = [{ name: 'semantic' }, { name: 'depth' }];
 * const balancer = forum.make({ objectives, batchesPerEpoch: 1 });
 * // ∇L̃ of length 1 and 2 and ∇f of length 1, all at right angles; the descent has lowered nothing.
 * const gram = tf.tensor2d([[1, 0, 0], [0, 4, 0], [0, 0, 1]]);
 * const [both, one] = [tf.tensor1d([1, 1]), tf.scalar(1)];
 * const { upper, lower } = balancer.direction(gram, {
 *   ...{ losses: both, descended: both, present: both, paired: both, applied: one },
 *   inputs: { follow: one },
 * });
 * upper.arraySync(); // → [0.50, 0.25]
 * lower.arraySync(); // → 0.10
 * ```
 */
export const forum = defineBalancer({
  name: 'forum',
  alias: ['FORUM'],
  source: 'Ye et al. 2024, arXiv 2401.09257, algorithm 1',
  formula:
    'd = Σ wₖ∇L̃ₖ/‖∇L̃ₖ‖ + ν∇q, q = f(θ) − f(θᵀ), f = Σ softmax(α)ᵢ Lᵢ, least max −∇L̃ₖ/‖∇L̃ₖ‖·d with ∇q·d ≥ φ‖∇q‖²',
  cost: 'a second batch, K + 1 backward passes and one for each step of the descent, one forward',
  options: z.strictObject({
    // As LibMTL's defaults.
    phi: z.number().positive().default(0.1).describe('φ: how fast q falls'),
    steps: z.number().int().positive().max(20).default(5).describe('of the descent to θᵀ'),
    descentRate: z.number().positive().default(0.1).describe('of the descent to θᵀ'),
    rate: z.number().positive().default(1e-3).describe('of Adam on α'),
    decay: z.number().min(0).max(1).default(0.75).describe('σ: how soon w stays; 0: w = ŵ'),
  }),
  lacks: { scale: 'the bound is on a weighed sum of the losses' },
  make(place, { phi, steps, descentRate, rate, decay }): ValueFunctionBalancer {
    const batches = batchesOfEpoch('forum', place.batchesPerEpoch);
    const K = place.tasks.length;
    const alpha = tf.variable(tf.zeros<tf.Rank.R1>([K]), false);
    const weights = tf.variable(tf.zeros<tf.Rank.R1>([K]), false);
    const adam = ownAdam(K, { rate });
    return {
      ...nothing,
      kind: 'value-function',
      name: 'forum',
      state: { alpha, weights, ...adam.state },
      inputs: { follow: [] },
      inputsAt: (batch) => ({
        follow: Float32Array.of((Math.floor(batch / batches) + 1) ** -decay),
      }),
      descent: { steps, rate: descentRate },
      weights: (present) => softmaxAmong(alpha, present),
      direction(gram, { losses, descended, present, paired, applied, inputs }) {
        // ∂f/∂αᵢ = λᵢ (Lᵢ − f).
        const lambda = softmaxAmong(alpha, present);
        const fallen = tf.mul(tf.sub(losses, descended), present);
        const byAlpha = tf.mul<tf.Tensor1D>(lambda, tf.sub(fallen, tf.sum(tf.mul(lambda, fallen))));
        const last = tf.concat([tf.zeros([K]), [1]]);
        const whole = tf.add<tf.Tensor2D>(
          gram,
          tf.mul(tf.mul(tf.reshape(last, [K + 1, 1]), last), tf.sum(tf.square(byAlpha))),
        );
        const angles = cosines(whole);
        const found = bestWithin(angles, phi, paired);
        const follow = inputOf('forum', inputs, 'follow');
        const next = tf.add(weights, tf.mul(tf.sub(found, weights), follow));
        const now = either<tf.Tensor1D>(paired, next, weights);
        weights.assign(now);

        const shares = normalised(tf.mul<tf.Tensor1D>(now, paired));
        const upper = tf.mul<tf.Tensor1D>(shares, tf.slice(angles.inverse, [0], [K]));
        // Products of the sum with ∇q: the slopes of L̃ by α are 0.
        const along = tf.sum(tf.mul(product(gram, tf.concat([upper, [0]])), last));
        const square = tf.add(
          tf.sum(tf.mul(tf.mul(whole, last), tf.reshape(last, [K + 1, 1]))),
          SMALLEST,
        );
        const lower = tf.relu<tf.Scalar>(tf.sub(phi, tf.div(along, square)));
        adam.step(alpha, tf.mul(byAlpha, lower), tf.mul(present, applied));
        return { upper, lower };
      },
    };
  },
});
