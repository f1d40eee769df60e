import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type {
  GradientBalancer,
  GradientContext,
  GramianBalancer,
  JacobianBalancer,
} from './gradient-balancer.ts';
import { decaying } from './k-space/decay.ts';
import { defineGradient } from './mode.ts';
import { nothing } from './stateful.ts';
import { combinedRows } from './vectors.ts';

/** Added to losses before their logarithm, as in LibMTL. */
const SMALLEST = 1e-8;
/** Lengths below this are 0. */
const NOTHING = 1e-30;

/**
 * Dual-balancing multi-task learning, DB-MTL (Lin et al. 2023): gradients of the logarithms
 * of the losses, followed slowly, and all made as long as the longest,
 *
 * `ĝᵢ ← β ĝᵢ + (1 − β) ∇log Lᵢ`, `d = Σ (max ‖ĝ‖ / ‖ĝᵢ‖) ĝᵢ`, `βₙ = β / n^σ` at the n-th batch.
 *
 * ĝ begins at 0, as in LibMTL. With β = 0 the Gram matrix is all that is needed. An objective without a
 * label keeps its ĝ and takes no part. What is one task's own gets the gradient of its loss, as with
 * every method here; in LibMTL that of its logarithm.
 */
export const dualBalancing = defineGradient({
  name: 'dual-balancing',
  alias: ['DB_MTL', 'DB-MTL'],
  source: 'Lin et al. 2023, arXiv 2308.12029',
  formula: 'd = Σ max‖ĝ‖/‖ĝᵢ‖ ĝᵢ, ĝᵢ ← βĝᵢ + (1−β)∇log Lᵢ',
  cost: 'K backward passes and, for β > 0, 2 K numbers per shared parameter',
  options: {
    beta: z.number().min(0).max(0.9999).default(0.9).describe('β: share of the gradients before'),
    sigma: z.number().min(0).max(1).default(0).describe('σ: how fast β falls'),
  },
  lacks: {},
  make: ({ tasks }, { beta, sigma }): GradientBalancer =>
    beta === 0 ? ofBatch() : followed(tasks.length, beta, sigma),
});

const overLoss = ({ losses }: GradientContext): tf.Tensor1D =>
  tf.reciprocal(tf.add(losses, SMALLEST));

/** max ‖ĝ‖ / ‖ĝᵢ‖ over what is present, `[K]`; 0 for zero gradients. */
function evened(lengths: tf.Tensor1D, present: tf.Tensor1D): tf.Tensor1D {
  const live = tf.mul(present, tf.cast(tf.greater(lengths, NOTHING), 'float32'));
  const longest = tf.max(tf.mul(lengths, live));
  return tf.mul(live, tf.div(longest, tf.maximum(lengths, NOTHING)));
}

const ofBatch = (): GramianBalancer => ({
  ...nothing,
  kind: 'gramian',
  name: 'dual-balancing',
  weights(gram, context) {
    const factor = overLoss(context);
    const lengths = tf.sqrt(tf.sum<tf.Tensor1D>(tf.mul(gram, tf.eye(factor.shape[0])), 1));
    return tf.mul(factor, evened(tf.mul(lengths, factor), context.present));
  },
});

function followed(K: number, beta: number, sigma: number): JacobianBalancer {
  const { inputs, inputsAt, at } = decaying(sigma);
  return {
    ...nothing,
    ...{ inputs, inputsAt },
    kind: 'jacobian',
    name: 'dual-balancing',
    memory: ['gradients'],
    direction(rows, context) {
      const { memory, present } = context;
      const column = (v: tf.Tensor) => tf.reshape(v, [K, 1]);
      const share = tf.mul(at(context), beta);
      const logs = tf.mul(rows, column(overLoss(context)));
      const before = memory['gradients'];
      const moved = tf.mul(column(present), tf.mul(tf.sub(1, share), tf.sub(logs, before)));
      const now = tf.add<tf.Tensor2D>(before, moved);
      before.assign(now);
      const lengths = tf.sqrt(tf.sum<tf.Tensor1D>(tf.square(now), 1));
      return combinedRows(evened(lengths, present), now);
    },
  };
}
