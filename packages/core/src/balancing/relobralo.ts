import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { inputOf, nothing } from './stateful.ts';
import { either, SMALLEST_LOSS, softmaxAmong, vectorOf } from './vectors.ts';

/**
 * Relative loss balancing with random lookback, ReLoBRaLo (Bischof & Kraus 2021): a moving
 * mean of how much each loss has fallen, against the last batch and now and then against the first,
 *
 * `w ← α (ρ w + (1 − ρ) bal(0)) + (1 − α) bal(t − 1)`, `bal(t′) = K softmax(L(t)/(T L(t′)))`
 *
 * with ρ ~ Bernoulli(lookback) drawn anew with each batch, a function of the seed and its number; w = 1
 * at first. Batches in which a task has no label leave its w as it is; K counts those that have one.
 *
 * A loss below 1e-8 counts as 1e-8 in the quotients, 0 and negative ones too.
 */
export const relobralo = defineBalancer({
  name: 'relobralo',
  alias: ['ReLoBRaLo'],
  source: 'Bischof & Kraus 2021, arXiv 2110.09813',
  formula: 'Σ wᵢ Lᵢ, w ← α(ρw + (1−ρ)bal(0)) + (1−α)bal(t−1), bal(t′) = K softmax(L/(T L(t′)))',
  cost: 'none',
  options: z.strictObject({
    temperature: z.number().positive().default(0.1).describe('T: the larger, the more even'),
    alpha: z.number().min(0).max(1).default(0.999).describe('α, of the moving mean'),
    lookback: z.number().min(0).max(1).default(0.999).describe('E[ρ]; 1: never look back'),
  }),
  lacks: { scale: 'the weights go by the ratio of losses, the update by the losses' },
  make({ tasks, seed = 0 }, { temperature, alpha, lookback }): ScalarBalancer {
    const K = tasks.length;
    const filled = (value: number) => tf.variable<tf.Rank.R1>(tf.fill([K], value), false);
    const state = { weights: filled(1), first: filled(0), last: filled(0), seen: filled(0) };
    return {
      ...nothing,
      kind: 'scalar',
      name: 'relobralo',
      state,
      inputs: { rho: [] },
      inputsAt: (batch) => ({
        rho: Float32Array.of(stream(seed, 'relobralo', batch).next() < lookback ? 1 : 0),
      }),
      combine(losses, context) {
        checkTasks('relobralo', tasks, losses);
        const { first, last, seen } = state;
        const rho = inputOf('relobralo', context.inputs, 'rho');
        const taking = vectorOf(tasks, context.present);
        const now = tf.maximum<tf.Tensor1D>(stopGradient(vectorOf(tasks, losses)), SMALLEST_LOSS);
        const begun = either<tf.Tensor1D>(seen, first, now);
        const balanced = (then: tf.Tensor1D) => {
          const quotient = tf.div(now, tf.mul(tf.maximum(then, SMALLEST_LOSS), temperature));
          const soft = softmaxAmong(quotient as tf.Tensor1D, taking);
          return tf.mul<tf.Tensor1D>(soft, tf.sum(taking));
        };
        const past = either(rho, state.weights, balanced(begun));
        const recent = balanced(either(seen, last, now));
        const moved = tf.add(tf.mul(past, alpha), tf.mul(recent, 1 - alpha));
        // In the first batch nothing has fallen yet.
        const all = either<tf.Tensor1D>(tf.mul(taking, seen), moved, state.weights);
        state.weights.assign(all);
        first.assign(either(taking, begun, first));
        last.assign(either(taking, now, last));
        seen.assign(tf.maximum(seen, taking));
        const weights = scalarsOf(all);
        return {
          total: context.sum(perTask(tasks, (task, i) => tf.mul(weights[i], losses[task]))),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
    };
  },
});
