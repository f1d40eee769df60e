import * as tf from '@tensorflow/tfjs';
import { stopGradient } from '../stop-gradient.ts';
import { checkNames, checkTasks, nothing, scalarsOf, sumOf, type Weighting } from './weighting.ts';

/** Constants of {@link dynamicAverage}. */
export interface DynamicAverageOptions {
  /** Batches whose losses are averaged; the weights change once in that many. */
  readonly batchesPerEpoch: number;
  /** T: the larger, the more even. Default 2. */
  readonly temperature?: number;
}

/**
 * Dynamic weight averaging (Liu, Johns & Davison 2019, equation 7):
 *
 * `w = K · softmax(r / T)`, `rᵢ = L̄ᵢ(t − 1) / L̄ᵢ(t − 2)`
 *
 * with L̄ᵢ(t) the mean loss of epoch t; equal weights 1 in the first two epochs. A task whose loss
 * falls more slowly gets more weight. The averages are state variables, so a resumed run goes on
 * with the same weights.
 */
export function dynamicAverage(
  tasks: readonly string[],
  { batchesPerEpoch, temperature = 2 }: DynamicAverageOptions,
): Weighting {
  checkNames('dynamic average', tasks);
  if (!Number.isInteger(batchesPerEpoch) || batchesPerEpoch < 1 || !(temperature > 0)) {
    throw new Error(
      `dynamic average: expected batchesPerEpoch ≥ 1 and temperature > 0, ` +
        `got ${batchesPerEpoch} and ${temperature}`,
    );
  }
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
    name: 'dynamic-average',
    state,
    inputs: { newEpoch: [] },
    // 1 at the first batch of every epoch but the first.
    inputsAt: (batch) => ({
      newEpoch: Float32Array.of(batch > 0 && batch % batchesPerEpoch === 0 ? 1 : 0),
    }),
    combine(losses, _likelihoods, { inputs, present } = {}) {
      checkTasks('dynamic average', tasks, losses);
      const newEpoch = inputs?.['newEpoch'];
      if (!newEpoch) throw new Error('dynamic average: expected the input `newEpoch` of the step');
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
      const counts = present ? tf.stack(tasks.map((task) => present[task])) : tf.onesLike(now);
      beforeLast.assign(older);
      last.assign(newer);
      epochs.assign(epoch);
      sum.assign(tf.add(tf.mul(sum, kept), tf.mul(now, counts)));
      count.assign(tf.add(tf.mul(count, kept), counts));
      const each = scalarsOf(weights);
      return {
        total: sumOf(tasks.map((task, i) => tf.mul(each[i], losses[task]))),
        report: Object.fromEntries(tasks.map((task, i) => [`weight/${task}`, each[i]])),
      };
    },
  };
}
