import { stream } from '@scene-mtl/data';
import { randomUniform } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { JacobianBalancer } from './gradient-balancer.ts';
import { defineGradient } from './mode.ts';
import { inputOf, nothing } from './stateful.ts';

/** Sums of magnitudes below this count as this: where all are 0 nothing is to be kept. */
const SMALLEST = 1e-30;
/** Seeds of a batch's draws are whole numbers below this, exact as float32. */
const SEEDS = 2 ** 24;

/**
 * Gradient sign dropout (Chen et al. 2020, algorithm 1). Element by element, with the purity of its
 * sign
 *
 * `P = ½ (1 + Σ gᵢ / Σ |gᵢ|)`
 *
 * one u ~ U(0, 1) keeps the positive gradients where `P > u` and the negative ones elsewhere; the
 * direction is their sum. A task leaks the share `leak` of its gradient past the mask:
 * `Σ (leak + (1 − leak) kept) gᵢ`.
 *
 * The paper masks the gradients of the shared representation, which is `mode: representation` here; by default those
 * of the shared parameters are masked, as TorchJD does. The draws of a batch depend on the seed and its number alone.
 */
export const graddrop = defineGradient({
  name: 'graddrop',
  alias: ['GradDrop'],
  source: 'Chen et al. 2020, arXiv 2010.06808, algorithm 1',
  formula: 'Σ gᵢ of one sign per element: + with probability P = ½(1 + Σgᵢ/Σ|gᵢ|)',
  cost: 'K backward passes and K numbers per shared parameter',
  options: {
    leak: z.number().min(0).max(1).default(0).describe('share of each gradient that no mask holds'),
  },
  lacks: { scale: 'the purity goes by the magnitudes' },
  make({ seed = 0 }, { leak }): JacobianBalancer {
    return {
      ...nothing,
      kind: 'jacobian',
      name: 'graddrop',
      inputs: { seed: [] },
      inputsAt: (batch) => ({
        seed: Float32Array.of(stream(seed, 'graddrop', batch).integer(SEEDS)),
      }),
      direction(rows, { inputs }) {
        const drawn = tf.cast(inputOf('graddrop', inputs, 'seed') as tf.Scalar, 'int32');
        return ofOneSign(rows, randomUniform([rows.shape[1]], drawn, 0), leak);
      },
    };
  },
});

/**
 * The sum of the gradients of one sign in each element.
 * @param rows gᵢ, `[K, P]`
 * @param u 0 … 1, `[P]`: the positive ones where the purity is above it
 * @param leak share of each gradient that is added whatever its sign
 * @returns `[P]`
 */
export function ofOneSign(rows: tf.Tensor2D, u: tf.Tensor, leak: number): tf.Tensor1D {
  const { up, down } = bySign(rows);
  const positive = tf.cast(tf.greater(purityOf(up, down), u), 'float32');
  const kept = tf.add<tf.Tensor1D>(tf.mul(positive, up), tf.mul(tf.sub(1, positive), down));
  if (leak === 0) return kept;
  return tf.add(tf.mul(tf.add<tf.Tensor1D>(up, down), leak), tf.mul(kept, 1 - leak));
}

/** P of each element, `[K, P]` → `[P]`; ½ where all gradients are 0. */
export function purity(rows: tf.Tensor2D): tf.Tensor1D {
  const { up, down } = bySign(rows);
  return purityOf(up, down);
}

/** Sums of the positive and of the negative gradients of each element, `[P]`. */
function bySign(rows: tf.Tensor2D): { up: tf.Tensor1D; down: tf.Tensor1D } {
  // Row by row: a sum over the first axis takes several times as long.
  const each = tf.unstack(rows) as tf.Tensor1D[];
  const ups = each.map((row) => tf.relu(row));
  const downs = each.map((row, k) => tf.sub<tf.Tensor1D>(row, ups[k]));
  const sum = (terms: readonly tf.Tensor1D[]) => terms.reduce((a, b) => tf.add(a, b));
  return { up: sum(ups), down: sum(downs) };
}

function purityOf(up: tf.Tensor1D, down: tf.Tensor1D): tf.Tensor1D {
  const magnitude = tf.maximum(tf.sub(up, down), SMALLEST);
  return tf.mul(tf.add(tf.div(tf.add<tf.Tensor1D>(up, down), magnitude), 1), 0.5);
}
