import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { GramianBalancer } from './gradient-balancer.ts';
import { complementary } from './k-space/complementarity.ts';
import { cosines, product } from './k-space/cosines.ts';
import { withUnits } from './k-space/hull.ts';
import { defineGramian } from './refresh.ts';
import { nothing } from './stateful.ts';

/** Constraints that fail by more than this, over the largest length, cannot be met together. */
const UNMET = 1e-4;
/** Squares below this share of the summed magnitudes are 0. */
const NOTHING = 1e-6;
/** Against 0 / 0. */
const SMALLEST = 1e-30;

/**
 * Priority-constrained descent, PCD (arXiv 2606.29521, as TorchJD 0.18 states it): as near to the primary
 * objective's gradient as possible, such that each other one gets the share τ of the progress that its
 * own gradient would give,
 *
 * `d = argmin ½ ‖d − g̃₁‖²` over `g̃ⱼ · d ≥ τ ‖g̃ⱼ‖²`, then as long as g₁,
 *
 * with `g̃ᵢ = gᵢ / √(v̂ᵢ + 1e-8)` and v̂ᵢ the mean of ‖gᵢ‖² with decay β, corrected for its start. Where
 * the constraints cannot be met together the direction is g₁; where g₁ is 0, it is 0. In a batch without
 * a label of the primary objective the first one that has some takes its place.
 */
export const priority = defineGramian({
  name: 'priority',
  alias: ['PCD'],
  source: 'arXiv 2606.29521; TorchJD 0.18.0',
  formula: 'd = argmin ‖d − g̃₁‖² over g̃ⱼ·d ≥ τ‖g̃ⱼ‖², g̃ = g/√v̂',
  cost: 'K backward passes',
  options: {
    primary: z.string().optional().describe('the objective that goes first; default the first'),
    tau: z.number().min(0).max(1).default(0.02).describe('τ: share of the progress of the others'),
    beta: z.number().min(0).max(0.9999).default(0.999).describe('β: decay of the means of ‖gᵢ‖²'),
  },
  lacks: {
    order: 'unless one is named, the first objective goes first',
    'equal tasks': 'one of them goes first',
  },
  make({ tasks }, { primary = tasks[0], tau, beta }): GramianBalancer {
    const K = tasks.length;
    if (!tasks.includes(primary)) {
      throw new Error(`priority: primary: expected one of ${tasks.join(', ')}, got ${primary}`);
    }
    const named = tasks.map((task) => (task === primary ? 1 : 0));
    const state = {
      squares: tf.variable(tf.zeros<tf.Rank.R1>([K]), false),
      /** β to the number of batches that an objective had a label in. */
      decay: tf.variable(tf.ones<tf.Rank.R1>([K]), false),
    };
    return {
      ...nothing,
      kind: 'gramian',
      name: 'priority',
      state,
      weights(gram, { present }) {
        const { C, lengths, inverse } = cosines(gram);
        const change = tf.mul(tf.sub(tf.square(lengths), state.squares), 1 - beta);
        const squares = tf.add<tf.Tensor1D>(state.squares, tf.mul(change, present));
        const decay = tf.mul<tf.Tensor1D>(state.decay, tf.sub(1, tf.mul(present, 1 - beta)));
        state.squares.assign(squares);
        state.decay.assign(decay);
        const mean = tf.div(squares, tf.maximum(tf.sub(1, decay), SMALLEST));
        const l = tf.mul<tf.Tensor1D>(lengths, tf.rsqrt(tf.add(mean, 1e-8)));
        const first = firstOf(tf.mul(present, named), present);
        const others = tf.sub<tf.Tensor1D>(1, first);
        // The primary objective's own row is apart from the others'.
        const column = tf.reshape(others, [K, 1]);
        const M = withUnits(
          tf.mul<tf.Tensor2D>(tf.mul(C, column), others),
          tf.sub(1, tf.mul(others, tf.cast(tf.greater(lengths, 0), 'float32'))),
        );
        const size = tf.maximum(tf.max(l), SMALLEST);
        const unit = tf.div<tf.Tensor1D>(l, size);
        const own = tf.mul<tf.Tensor1D>(unit, first);
        const q = tf.mul(tf.sub(product(C, own), tf.mul(unit, tau)), others);
        const { y, violation } = complementary(M, tf.reshape(q, [K, 1]));
        const met = tf.cast(tf.less(violation, UNMET), 'float32');
        const x = tf.add<tf.Tensor1D>(own, tf.mul(tf.reshape(tf.mul(y, met), [K]), others));
        const square = tf.sum(tf.mul(x, product(C, x)));
        const some = tf.greater(square, tf.mul(tf.square(tf.sum(x)), NOTHING));
        const wanted = tf.sum(tf.mul(lengths, first));
        const factor = tf.div(wanted, tf.sqrt(tf.maximum(square, SMALLEST)));
        return tf.mul<tf.Tensor1D>(tf.mul(tf.mul(x, inverse), factor), tf.cast(some, 'float32'));
      },
    };
  },
});

/** `[K]`: 1 at `wanted`, or at the first of `present` where that is empty. */
function firstOf(wanted: tf.Tensor1D, present: tf.Tensor1D): tf.Tensor1D {
  const before = tf.cumsum(present, 0, true);
  const first = tf.mul(present, tf.cast(tf.equal(before, 0), 'float32'));
  return tf.add(wanted, tf.mul(first, tf.sub(1, tf.sum(wanted))));
}
