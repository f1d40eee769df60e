import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer } from './gradient-balancer.ts';
import { defineGradient } from './mode.ts';
import { ownAdam } from './own-adam.ts';
import { nothing } from './stateful.ts';
import { either, meanAmong, SMALLEST_LOSS } from './vectors.ts';

/** Relative difference from the target below which a norm is there: rounding has no direction. */
const AT_TARGET = 1e-5;

/**
 * Gradient normalisation (Chen et al. 2018, algorithm 1): weights learned so that the gradients' norms
 * `Gᵢ = wᵢ ‖gᵢ‖` go to a common one, larger for tasks that have learned less,
 *
 * `Gᵢ → Ḡ rᵢ^α`, `rᵢ = (Lᵢ/Lᵢ(0)) / mean`, by `∂/∂wᵢ Σ |Gᵢ − Ḡ rᵢ^α| = sign(Gᵢ − Ḡ rᵢ^α) ‖gᵢ‖`
 *
 * with the target held constant. The norms are in the Gramian's diagonal, so nothing is differentiated
 * twice. The direction is `Σ wᵢ gᵢ`; then w takes a step of Adam, is kept from below 0, of which the
 * paper says nothing, and is scaled to the sum that it had, K. Lᵢ(0) is the first loss that a task has.
 *
 * The paper takes the norms of the last shared layer alone, for speed; these are of all shared
 * parameters, as in LibMTL, since all gradients are there. LibMTL learns the logits of w, begins after
 * one epoch, and takes that epoch's mean for Lᵢ(0). What is one task's own gets its gradient unweighed,
 * there and here. A loss of 0 or below counts as 0 in rᵢ, an Lᵢ(0) below 1e-8 as 1e-8.
 */
export const gradnorm = defineGradient({
  name: 'gradnorm',
  alias: ['GradNorm'],
  source: 'Chen et al. 2018, arXiv 1711.02257, algorithm 1',
  formula: 'Σ wᵢgᵢ; w learns to make wᵢ‖gᵢ‖ → Ḡ rᵢ^α, rᵢ = (Lᵢ/Lᵢ(0))/mean; Σ w = K',
  cost: 'K backward passes',
  options: {
    alpha: z.number().min(0).default(1.5).describe('α: how strongly slow tasks are pulled'),
    rate: z.number().positive().default(0.025).describe('of Adam on w; section 5.1'),
  },
  lacks: { scale: 'the weights follow the norms only as fast as they are learned' },
  make({ tasks }, { alpha, rate }): GramianBalancer {
    const K = tasks.length;
    const filled = (value: number) => tf.variable<tf.Rank.R1>(tf.fill([K], value), false);
    const state = { weights: filled(1), first: filled(0), seen: filled(0) };
    const adam = ownAdam(K, { rate });
    return {
      ...nothing,
      kind: 'gramian',
      name: 'gradnorm',
      state: { ...state, ...adam.state },
      weights(gram, { losses, present }) {
        const { weights, first, seen } = state;
        const w = tf.clone<tf.Tensor1D>(weights);
        const norms = tf.sqrt<tf.Tensor1D>(tf.maximum(tf.sum(tf.mul(gram, tf.eye(K)), 1), 0));
        const begun = either<tf.Tensor1D>(seen, first, losses);
        first.assign(either(present, begun, first));
        seen.assign(tf.maximum(seen, present));
        const fallen = tf.div<tf.Tensor1D>(tf.maximum(losses, 0), tf.maximum(begun, SMALLEST_LOSS));
        const r = tf.div(fallen, tf.maximum(meanAmong(fallen, present), SMALLEST_LOSS));
        const G = tf.mul<tf.Tensor1D>(w, norms);
        const target = tf.mul(meanAmong(G, present), tf.pow(r, alpha));
        const off = tf.sub(G, target);
        const away = tf.greater(tf.abs(off), tf.mul(target, AT_TARGET));
        const slope = tf.mul(tf.mul(tf.sign(off), norms), tf.cast(away, 'float32'));
        adam.step(weights, tf.mul<tf.Tensor1D>(slope, present), present);
        const moved = tf.maximum<tf.Tensor1D>(weights, 0);
        const sums = [w, moved].map((v) => tf.sum(tf.mul(v, present)));
        const scale = tf.div(sums[0], tf.maximum(sums[1], 1e-30));
        weights.assign(either(present, tf.mul(moved, scale), w));
        return w;
      },
    };
  },
});
