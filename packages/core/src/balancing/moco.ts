import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import type { JacobianBalancer } from './gradient-balancer.ts';
import { normalised } from './k-space/cosines.ts';
import { decaying } from './k-space/decay.ts';
import { defineGradient } from './mode.ts';
import { nothing } from './stateful.ts';
import { combinedRows } from './vectors.ts';

/** Against 0 / 0, as in the published code. */
const SMALLEST = 1e-8;

/**
 * Multi-objective gradient correction, MoCo (Fernando et al. 2023), as LibMTL has it after the
 * authors' code: gradients of length Lᵢ followed slowly, and weights that go down on the length of
 * their sum,
 *
 * `yᵢ ← yᵢ − βₙ (yᵢ − Lᵢ gᵢ/‖gᵢ‖)`, `w ← softmax(w − γₙ (Y Yᵀ + ρ I) w)`, `d = Σ wᵢ yᵢ`,
 *
 * with `βₙ = β / n^σ` and `γₙ = γ / n^σ` at the n-th batch. (The paper projects w on the simplex.) An objective without a label keeps its y and w.
 */
export const moco = defineGradient({
  name: 'moco',
  alias: ['MoCo'],
  source: 'Fernando et al. 2023, "Mitigating gradient bias in multi-objective learning"',
  formula: 'd = Σ wᵢyᵢ, y ← y − β(y − Lg/‖g‖), w ← softmax(w − γ(YYᵀ + ρI)w)',
  cost: 'K backward passes and 2 K numbers per shared parameter',
  options: {
    beta: z.number().positive().max(1).default(0.5).describe('β: how fast y follows'),
    betaDecay: z.number().min(0).max(1).default(0.5).describe('σ of β'),
    gamma: z.number().positive().default(0.1).describe('γ: how fast the weights move'),
    gammaDecay: z.number().min(0).max(1).default(0.5).describe('σ of γ'),
    rho: z.number().min(0).default(0).describe('ρ: pull to equal weights'),
  },
  lacks: { scale: 'each gradient is made as long as its loss' },
  make({ tasks }, { beta, betaDecay, gamma, gammaDecay, rho }): JacobianBalancer {
    const K = tasks.length;
    const weights = tf.variable(tf.fill<tf.Rank.R1>([K], 1 / K), false);
    const [ofBeta, ofGamma] = [decaying(betaDecay, 'beta'), decaying(gammaDecay, 'gamma')];
    return {
      ...nothing,
      kind: 'jacobian',
      name: 'moco',
      state: { weights },
      inputs: { ...ofBeta.inputs, ...ofGamma.inputs },
      inputsAt: (batch) => ({ ...ofBeta.inputsAt(batch), ...ofGamma.inputsAt(batch) }),
      memory: ['gradients'],
      direction(rows, context) {
        const { present, losses, memory } = context;
        const column = (v: tf.Tensor) => tf.reshape<tf.Rank.R2>(v, [K, 1]);
        const lengths = tf.sqrt(tf.sum(tf.square(rows), 1));
        const wanted = tf.mul(rows, column(tf.div(losses, tf.add(lengths, SMALLEST))));
        const before = memory['gradients'];
        const share = tf.mul(column(present), tf.mul(ofBeta.at(context), beta));
        const y = tf.add<tf.Tensor2D>(before, tf.mul(share, tf.sub(wanted, before)));
        before.assign(y);
        const there = tf.mul<tf.Tensor2D>(y, column(present));
        const w = normalised(tf.mul<tf.Tensor1D>(weights, present));
        const products = tf.matMul(there, there, false, true);
        const uphill = tf.add(tf.reshape(tf.matMul(products, column(w)), [K]), tf.mul(w, rho));
        const rate = tf.mul(ofGamma.at(context), gamma);
        const now = softmaxOver(present, tf.sub<tf.Tensor1D>(w, tf.mul(rate, uphill)));
        weights.assign(tf.add(now, tf.mul(weights, tf.sub(1, present))));
        return combinedRows(now, there);
      },
    };
  },
});

/** Softmax of `x` among what is present, 0 elsewhere, `[K]`. */
export function softmaxOver(present: tf.Tensor1D, x: tf.Tensor1D): tf.Tensor1D {
  const most = tf.max(tf.sub(x, tf.mul(tf.sub(1, present), 1e30)));
  // What is absent is taken at the largest, so that nothing overflows.
  const above = tf.mul(tf.sub(x, most), present);
  const e = tf.mul<tf.Tensor1D>(tf.exp(above), present);
  return tf.div(e, tf.maximum(tf.sum(e), 1e-30));
}
