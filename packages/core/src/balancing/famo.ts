import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { ownAdam } from './own-adam.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { nothing } from './stateful.ts';
import { SMALLEST_LOSS, softmaxAmong, vectorOf } from './vectors.ts';

/**
 * Fast adaptive multi-task optimisation (Liu et al. 2023, algorithm 1): the weights that make the
 * smallest relative decrease of all losses as large as possible, learned from the losses alone.
 *
 * `L = c Σ zᵢ log Lᵢ`, `z = softmax(ξ)`, `c = (Σ zᵢ/Lᵢ)⁻¹`; so `wᵢ = c zᵢ/Lᵢ`, and `Σ wᵢ = 1`
 *
 * After the update ξ takes a step of Adam down `∂z/∂ξ · δ` with `δᵢ = log Lᵢ − log Lᵢ′`, L′ the losses of
 * the same batch under the new parameters: a task that fell faster than the others loses weight. L′ is
 * measured as in the paper's algorithm, with one more forward pass (about a third of a step with equal
 * weights), since the next batch's losses in its place differ by more than one step changes them. The
 * gradient of a task's own parameters is weighed like that of the shared ones.
 *
 * Logarithms are of `max(L, 0) + 1e-8`: a loss of 0 or below stays finite and has no gradient.
 */
export const famo = defineBalancer({
  name: 'famo',
  alias: ['FAMO'],
  source: 'Liu et al. 2023, arXiv 2306.03792, algorithm 1',
  formula: 'c Σ zᵢ log Lᵢ, c = 1/Σ(zᵢ/Lᵢ), z = softmax(ξ); ξ learns from log L before − after',
  cost: 'one more forward pass',
  options: z.strictObject({
    // As in LibMTL and TorchJD; the authors' code has γ = 1e-5.
    rate: z.number().positive().default(0.025).describe('β, of Adam on ξ'),
    decay: z.number().min(0).default(0.001).describe('γ, which draws ξ to 0'),
  }),
  lacks: {},
  make({ tasks }, { rate, decay }): ScalarBalancer {
    const xi = tf.variable<tf.Rank.R1>(tf.zeros([tasks.length]), false);
    const adam = ownAdam(tasks.length, { rate, weightDecay: decay });
    const above = (losses: tf.Tensor1D) =>
      tf.add<tf.Tensor1D>(tf.maximum(losses, 0), SMALLEST_LOSS);
    return {
      ...nothing,
      kind: 'scalar',
      name: 'famo',
      state: { xi, ...adam.state },
      combine(losses, { sum, present }) {
        checkTasks('famo', tasks, losses);
        const taking = vectorOf(tasks, present);
        const parts = tf.mul<tf.Tensor1D>(softmaxAmong(xi, taking), taking);
        const quotients = tf.div<tf.Tensor1D>(parts, above(stopGradient(vectorOf(tasks, losses))));
        // Nothing is divided where no task has a label.
        const c = tf.div(1, tf.maximum(tf.sum(quotients), 1e-30));
        const factors = scalarsOf(tf.mul(parts, c));
        const weights = scalarsOf(tf.mul(quotients, c));
        const logOf = (task: string) => tf.log(tf.add(tf.maximum(losses[task], 0), SMALLEST_LOSS));
        return {
          total: sum(perTask(tasks, (task, i) => tf.mul(factors[i], logOf(task)))),
          report: weightReport(tasks, (_, i) => weights[i]),
        };
      },
      observe({ before, after, present, applied }) {
        const taking = vectorOf(tasks, present);
        const z = softmaxAmong(xi, taking);
        const log = (losses: typeof before) => tf.log(above(vectorOf(tasks, losses)));
        const delta = tf.mul(tf.sub(log(before), log(after)), taking);
        // ∂z/∂ξ · δ = z (δ − Σ z δ)
        const gradient = tf.mul<tf.Tensor1D>(z, tf.sub(delta, tf.sum(tf.mul(z, delta))));
        adam.step(xi, tf.mul(gradient, taking), tf.mul(taking, applied));
      },
    };
  },
});
