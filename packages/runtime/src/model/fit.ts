import * as tf from '@tensorflow/tfjs';
import { callbackList, type Logs } from './callbacks.ts';
import { internalsOf } from './internals.ts';
import { batchesOf, batchOf, rowsOf, type Rows } from './rows.ts';
import type { ModelSteps } from './steps.ts';

/** Trains and tests a model by compiled steps. */
export interface ModelRunner {
  readonly model: tf.LayersModel;
  readonly steps: ModelSteps;
  /** The next seed of random layers. */
  readonly nextSeed: () => number;
}

/** What TensorFlow.js' `fit` gives to its loop, after all its checks. */
export interface FitOrder {
  /** Inputs, targets and sample weights. */
  readonly tensors: readonly (tf.Tensor | null)[];
  readonly labels: readonly string[];
  readonly batchSize: number;
  readonly epochs: number;
  readonly verbose: number;
  readonly callbacks: readonly tf.CustomCallback[];
  readonly validation: readonly tf.Tensor[] | undefined;
  readonly shuffle: boolean;
  readonly metrics: readonly string[];
  readonly initialEpoch: number;
}

/** The epochs of `fit`: the same order of batches, callbacks and numbers as TensorFlow.js' own. */
export async function fit(runner: ModelRunner, order: FitOrder): Promise<tf.History> {
  const { model, steps, nextSeed } = runner;
  const { labels, batchSize, epochs, initialEpoch, shuffle } = order;
  const own = internalsOf(model);
  const rows = order.tensors.flatMap((tensor) => (tensor === null ? [] : [rowsOf(tensor)]));
  const validation = order.validation?.map(rowsOf);
  const [samples] = rows[0].shape;
  const numbers = Array.from({ length: samples }, (_, i) => i);
  const { list, history } = callbackList(model, order.callbacks, {
    ...{ epochs, initialEpoch, samples, steps: undefined, batchSize },
    ...{ verbose: order.verbose, doValidation: validation !== undefined, metrics: order.metrics },
  });
  own.history = history;
  await list.onTrainBegin();
  own.stopTraining_ = false;
  for (let epoch = initialEpoch; epoch < epochs && !own.stopTraining_; epoch++) {
    await list.onEpochBegin(epoch);
    const logs: Logs = {};
    if (shuffle) tf.util.shuffle(numbers);
    const batches = [...batchesOf(samples, batchSize)];
    for (const [batch, [from, to]] of batches.entries()) {
      const batchLogs: Logs = {};
      await list.onBatchBegin(batch, batchLogs);
      // Not before: TensorFlow.js says nothing of a batch that begins.
      Object.assign(batchLogs, { batch, size: to - from });
      const chosen = numbers.slice(from, to);
      const found = await steps.train(
        rows.map((one) => batchOf(one, chosen)),
        nextSeed(),
      );
      labels.forEach((label, i) => (batchLogs[label] = found[i]));
      if (validation && batch === batches.length - 1) {
        const tested = await test(runner, validation, batchSize);
        labels.forEach((label, i) => (logs[`val_${label}`] = tested[i]));
      }
      await list.onBatchEnd(batch, batchLogs);
      if (own.stopTraining_) break;
    }
    // Callbacks find the weights as they are now, and may change them.
    await steps.release();
    await list.onEpochEnd(epoch, logs);
  }
  await steps.release();
  await list.onTrainEnd();
  return history;
}

/** Loss and metrics over all rows: means of the batches, weighed by their sizes. */
export async function test(
  { steps }: ModelRunner,
  rows: readonly Rows[],
  batchSize: number,
): Promise<number[]> {
  const [samples] = rows[0].shape;
  let sums: number[] = [];
  for (const [from, to] of batchesOf(samples, batchSize)) {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    const found = await steps.test(rows.map((one) => batchOf(one, numbers)));
    sums = found.map((value, i) => (sums[i] ?? 0) + (to - from) * value);
  }
  return sums.map((sum) => sum / samples);
}
