import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { epochInput } from './epochs.ts';
import { checkTasks, scalarsOf, weightReport } from './per-task.ts';
import { preference, preferenceOf } from './preference.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { inputOf, nothing } from './stateful.ts';
import { either, SMALLEST_LOSS, softmaxAmong, vectorOf } from './vectors.ts';

/**
 * Smooth Tchebycheff scalarisation, STCH (Lin et al. 2024), on log losses relative to a
 * nadir point, as its authors and LibMTL train networks with it:
 *
 * `L = n μ log Σ exp(yᵢ/μ)`, `yᵢ = λᵢ log(Lᵢ/nadirᵢ)`, so that `wᵢ = n softmax(y/μ)ᵢ λᵢ/Lᵢ`
 *
 * over the n tasks with a label in the batch; λ are the preferences. Through epoch `warmUp` (the first
 * is 0) it is `Σ log Lᵢ`, and the mean losses of that epoch become the nadir; a task that had no label
 * then takes the first loss that it has afterwards. A run of no more than `warmUp + 1` epochs is
 * `log-sum`.
 *
 * A loss below 1e-8, 0 and negative ones too, counts as 1e-8 and has no gradient.
 */
export const smoothTchebycheff = defineBalancer({
  name: 'smooth-tchebycheff',
  alias: ['STCH'],
  source: 'Lin et al. 2024, arXiv 2402.19078',
  formula: 'n μ log Σ exp(λᵢ log(Lᵢ/nadirᵢ)/μ); Σ log Lᵢ while warming up',
  cost: 'none',
  options: z.strictObject({
    preference,
    mu: z
      .number()
      .positive()
      .default(1)
      .describe('μ: the smaller, the nearer to the largest alone'),
    warmUp: z
      .number()
      .int()
      .min(0)
      .default(4)
      .describe('epochs before the one that sets the nadir'),
  }),
  lacks: {},
  make({ tasks, batchesPerEpoch }, { mu, warmUp, ...options }): ScalarBalancer {
    const newEpochs = epochInput('smooth-tchebycheff', batchesPerEpoch);
    const K = tasks.length;
    const preferenceAt = preferenceOf('smooth-tchebycheff', tasks, options.preference, 'each');
    const zeros = () => tf.variable<tf.Rank.R1>(tf.zeros([K]), false);
    const state = { sum: zeros(), count: zeros(), epochs: tf.variable(tf.scalar(0), false) };
    return {
      ...nothing,
      kind: 'scalar',
      name: 'smooth-tchebycheff',
      state,
      ...newEpochs,
      combine(losses, context) {
        checkTasks('smooth-tchebycheff', tasks, losses);
        const { sum, count, epochs } = state;
        const newEpoch = inputOf('smooth-tchebycheff', context.inputs, 'newEpoch');
        const epoch = tf.add<tf.Scalar>(epochs, newEpoch);
        const present = vectorOf(tasks, context.present);
        const lambda = preferenceAt(present);
        const floored = tf.maximum<tf.Tensor1D>(vectorOf(tasks, losses), SMALLEST_LOSS);
        const now = stopGradient(floored);
        const smooth = tf.cast<tf.Scalar>(tf.greater(epoch, warmUp + 0.5), 'float32');
        const measuring = tf.mul(
          present,
          either(
            smooth,
            tf.cast(tf.lessEqual(count, 0.5), 'float32'),
            tf.cast(tf.greater(epoch, warmUp - 0.5), 'float32'),
          ),
        );
        const sums = tf.add<tf.Tensor1D>(sum, tf.mul(now, measuring));
        const counts = tf.add<tf.Tensor1D>(count, measuring);
        epochs.assign(epoch);
        sum.assign(sums);
        count.assign(counts);

        const nadir = either<tf.Tensor1D>(
          tf.cast(tf.greater(counts, 0.5), 'float32'),
          tf.div(sums, tf.maximum(counts, 1)),
          tf.onesLike(sums),
        );
        const y = tf.mul<tf.Tensor1D>(tf.div(tf.log(tf.div(floored, nadir)), mu), lambda);
        const n = tf.sum<tf.Scalar>(present);
        const soft = softmaxAmong(stopGradient(y), present);
        // μ log Σ exp(y/μ) = μ (Σ softmax · y + entropy): its gradient is the softmax, a constant here.
        const entropy = tf.neg(tf.sum(tf.mul(soft, tf.log(tf.maximum(soft, 1e-30)))));
        const largest = tf.mul(
          tf.mul(n, mu),
          tf.add(tf.sum(tf.mul(soft, tf.mul(y, present))), entropy),
        );
        const logs = tf.sum(tf.mul(tf.log(floored), present));
        const relative = tf.mul(tf.mul(soft, n), lambda);
        const weights = tf.div(either(smooth, relative, tf.ones([K])), now);
        const each = scalarsOf(weights);
        return {
          total: either<tf.Scalar>(smooth, largest, logs),
          report: weightReport(tasks, (_, i) => each[i]),
        };
      },
    };
  },
});
