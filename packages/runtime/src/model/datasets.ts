import * as tf from '@tensorflow/tfjs';
import { callbackList, standardCallbacks, type Logs } from './callbacks.ts';
import { test, type ModelRunner } from './fit.ts';
import { internalsOf } from './internals.ts';
import { rowsOf, type Rows } from './rows.ts';

type Structure = tf.Tensor | readonly tf.Tensor[] | Readonly<Record<string, tf.Tensor>>;

/** What a data set of batches gives. */
interface Batch {
  readonly xs: Structure;
  readonly ys: Structure;
}

/** Anything with the iterator of a `tf.data.Dataset`. */
export interface BatchSource {
  readonly size?: number;
  iterator(): Promise<{ next(): Promise<{ done?: boolean; value?: unknown }> }>;
}

export const isSource = (data: unknown): data is BatchSource =>
  typeof data === 'object' && data !== null && 'iterator' in data;

/** `fitDataset` by compiled steps: epochs, batches and callbacks in TensorFlow.js' order. */
export async function fitSource(
  runner: ModelRunner,
  source: BatchSource,
  args: tf.ModelFitDatasetArgs<tf.TensorContainer>,
): Promise<tf.History> {
  const { model, steps, nextSeed } = runner;
  const own = internalsOf(model);
  const { epochs, batchesPerEpoch, initialEpoch = 0, validationData, classWeight } = args;
  if (!Number.isInteger(epochs) || epochs < 1) {
    throw new Error(`fitDataset: epochs: expected a whole number above 0, got ${String(epochs)}`);
  }
  if (classWeight !== undefined) {
    throw new Error('fitDataset: classWeight is not supported here; use fit, or eager fitDataset');
  }
  if (own.isTraining) {
    throw new Error('Cannot start training because another fit() call is ongoing.');
  }
  own.isTraining = true;
  try {
    const labels = own.getDedupedMetricsNames();
    const doValidation = validationData !== undefined;
    const metrics = doValidation ? [...labels, ...labels.map((name) => `val_${name}`)] : labels;
    const size =
      source.size !== undefined && Number.isFinite(source.size) ? source.size : undefined;
    const { list, history } = callbackList(
      model,
      standardCallbacks(args.callbacks, args.yieldEvery),
      {
        ...{ epochs, initialEpoch: undefined, samples: undefined, batchSize: undefined },
        ...{ steps: batchesPerEpoch ?? size, verbose: args.verbose ?? 1, doValidation, metrics },
      },
    );
    own.history = history;
    await list.onTrainBegin();
    own.stopTraining_ = false;
    let iterator = await source.iterator();
    for (let epoch = initialEpoch; epoch < epochs && !own.stopTraining_; epoch++) {
      const logs: Logs = {};
      await list.onEpochBegin(epoch);
      // Epochs of a stated length go on where the last one ended.
      if (batchesPerEpoch === undefined && epoch > initialEpoch) iterator = await source.iterator();
      let batch = 0;
      for (; batchesPerEpoch === undefined || batch < batchesPerEpoch; batch++) {
        const { done = false, value } = await iterator.next();
        if (value === undefined || value === null) {
          if (!done) continue;
          if (batchesPerEpoch !== undefined) {
            console.warn(
              `fitDataset: epoch ${epoch}: the data ended after ${batch} of ${batchesPerEpoch} batches; use repeat()`,
            );
          }
          break;
        }
        const rows = takenRows(model, value);
        const batchLogs: Logs = { batch, size: rows[0].shape[0] };
        await list.onBatchBegin(batch, batchLogs);
        const found = await steps.train(rows, nextSeed());
        labels.forEach((label, i) => (batchLogs[label] = found[i]));
        await list.onBatchEnd(batch, batchLogs);
        if (own.stopTraining_ || done) break;
      }
      if (doValidation && !own.stopTraining_) {
        const tested = isSource(validationData)
          ? await testSource(runner, validationData, args.validationBatches)
          : await test(
              runner,
              rowsIn(model, asBatch(validationData)),
              args.validationBatchSize ?? 32,
            );
        labels.forEach((label, i) => (logs[`val_${label}`] = tested[i]));
      }
      await steps.release();
      await list.onEpochEnd(epoch, logs);
    }
    await steps.release();
    await list.onTrainEnd();
    return history;
  } finally {
    own.isTraining = false;
  }
}

/** `evaluateDataset` by compiled steps. */
export async function testSource(
  { model, steps }: ModelRunner,
  source: BatchSource,
  batches = Infinity,
): Promise<number[]> {
  const iterator = await source.iterator();
  let sums: number[] = [];
  let samples = 0;
  for (let batch = 0; batch < batches; batch++) {
    const { done = false, value } = await iterator.next();
    if (value !== undefined && value !== null) {
      const rows = takenRows(model, value);
      const [size] = rows[0].shape;
      const found = await steps.test(rows);
      sums = found.map((one, i) => (sums[i] ?? 0) + size * one);
      samples += size;
    }
    if (done) break;
  }
  if (samples === 0) throw new Error('evaluateDataset: the data set has no batch');
  return sums.map((sum) => sum / samples);
}

const asBatch = (data: unknown): unknown => {
  if (!Array.isArray(data)) return data;
  const [xs, ys] = data as [Structure, Structure];
  return { xs, ys };
};

/** Inputs and targets of a batch, whose tensors are freed, as TensorFlow.js does. */
function takenRows(model: tf.LayersModel, value: unknown): Rows[] {
  const rows = rowsIn(model, value);
  tf.dispose(value as tf.TensorContainer);
  return rows;
}

/** Inputs and targets of a batch in the model's order. */
function rowsIn(model: tf.LayersModel, value: unknown): Rows[] {
  const { xs, ys } = value as Batch;
  if (xs === undefined || ys === undefined) {
    throw new Error(
      'A Dataset iterator for fitDataset() is expected to generate objects of the form {xs, ys}',
    );
  }
  const tensors = [
    ...inOrder('input', xs, model.inputNames),
    ...inOrder('output', ys, model.outputNames),
  ];
  const rows = tensors.map(rowsOf);
  const sizes = new Set(rows.map(({ shape }) => shape[0]));
  if (sizes.size > 1) {
    throw new Error(
      `a batch of a data set: expected the same number of examples in every tensor, got ${[...sizes].join(' and ')}`,
    );
  }
  return rows;
}

function inOrder(kind: string, data: Structure, names: readonly string[]): tf.Tensor[] {
  if (Array.isArray(data)) {
    if (data.length === names.length) return data as tf.Tensor[];
    throw new Error(
      `a batch of a data set: expected ${names.length} ${kind}s (${names.join(', ')}), got ${data.length}`,
    );
  }
  if ('dataId' in (data as object)) {
    if (names.length === 1) return [data as tf.Tensor];
    throw new Error(
      `a batch of a data set: expected ${names.length} ${kind}s (${names.join(', ')}), got one tensor`,
    );
  }
  return names.map((name) => {
    const tensor = (data as Readonly<Record<string, tf.Tensor | undefined>>)[name];
    if (tensor) return tensor;
    throw new Error(
      `a batch of a data set: no ${kind} '${name}' among ${Object.keys(data).join(', ')}`,
    );
  });
}
