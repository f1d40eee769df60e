import * as tf from '@tensorflow/tfjs';
import { z } from 'zod';
import { stopGradient } from '../stop-gradient.ts';
import { defineBalancer } from './define.ts';
import { epochInput } from './epochs.ts';
import { checkTasks, perTask, scalarsOf, weightReport } from './per-task.ts';
import type { ScalarBalancer } from './scalar-balancer.ts';
import { inputOf, nothing } from './stateful.ts';

/**
 * Dynamic weight averaging (Liu, Johns & Davison 2019, equation 7):
 *
 * `w = K · softmax(r / T)`, `rᵢ = L̄ᵢ(t − 1) / L̄ᵢ(t − 2)`
 *
 * with L̄ᵢ(t) the mean loss of epoch t; equal weights 1 in the first two epochs. A task whose loss
 * falls more slowly gets more weight; the weights change once in `batchesPerEpoch`. The averages are
 * state variables, so a resumed run goes on with the same weights.
 */
export const dynamicAverage = defineBalancer({
  name: 'dynamic-average',
  alias: ['DWA'],
  source: 'Liu, Johns & Davison 2019, equation 7',
  formula: 'Σ wᵢ Lᵢ, w = K softmax(L̄ᵢ(t−1)/L̄ᵢ(t−2)/T), t the epoch',
  cost: 'none',
  options: z.strictObject({
    // Section 4.1 of the paper: T = 2.
    temperature: z.number().positive().default(2).describe('T: the larger, the more even'),
  }),
  lacks: { scale: 'the weights go by the ratio of losses, the update by the losses' },
  make({ tasks, batchesPerEpoch }, { temperature }): ScalarBalancer {
    const newEpochs = epochInput('dynamic-average', batchesPerEpoch);
    const K = tasks.length;
    const zeros = () => tf.variable(tf.zeros([K]), false);
    const ones = () => tf.variable(tf.ones([K]), false);
    const state = {
      sum: zeros(),
      count: zeros(),
      last: ones(),
      beforeLast: ones(),
      epochs: tf.variable(tf.scalar(0), false),
    };
    return {
      ...nothing,
      kind: 'scalar',
      name: 'dynamic-average',
      state,
      ...newEpochs,
      combine(losses, context) {
        checkTasks('dynamic-average', tasks, losses);
        const newEpoch = inputOf('dynamic-average', context.inputs, 'newEpoch');
        const { sum, count, last, beforeLast, epochs } = state;
        const kept = tf.sub(1, newEpoch);
        const choose = (a: tf.Tensor, b: tf.Tensor) => tf.add(tf.mul(newEpoch, a), tf.mul(kept, b));
        // A task without a label in the whole epoch keeps its last mean.
        const seen = tf.greater(count, 0.5);
        const mean = tf.where(seen, tf.div(sum, tf.maximum(count, 1)), last);
        const older = choose(last, beforeLast);
        const newer = choose(mean, last);
        const epoch = tf.add<tf.Scalar>(epochs, newEpoch);
        const r = tf.div(newer, tf.maximum(older, 1e-8));
        const soft = K === 1 ? tf.onesLike(r) : tf.mul(tf.softmax(tf.div(r, temperature)), K);
        const started = tf.cast(tf.greater(epoch, 1.5), 'float32');
        const weights = tf.add(tf.mul(started, soft), tf.sub(1, started));
        const now = tf.stack(tasks.map((task) => stopGradient(losses[task])));
        const counts = tf.stack(tasks.map((task) => context.present[task]));
        beforeLast.assign(older);
        last.assign(newer);
        epochs.assign(epoch);
        sum.assign(tf.add(tf.mul(sum, kept), tf.mul(now, counts)));
        count.assign(tf.add(tf.mul(count, kept), counts));
        const each = scalarsOf(weights);
        return {
          total: context.sum(perTask(tasks, (task, i) => tf.mul(each[i], losses[task]))),
          report: weightReport(tasks, (_, i) => each[i]),
        };
      },
    };
  },
});
