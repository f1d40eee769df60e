import type { Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import type { Sample, Size } from '@scene-mtl/data';
import { accumulatorOf, type Metrics } from './metrics.ts';

/**
 * What a predictor reaches that never looks at the image: the most frequent class, the mean centre
 * vector and the mean disparity of the training split. A network has to beat it.
 */
export async function trivialMetrics(
  dataset: Dataset,
  tasks: readonly Task[],
  size: Size,
): Promise<Metrics> {
  const pixels = size.height * size.width;
  const sums = tasks.map(
    (task) => new Float64Array(Math.max(task.outputChannels, task.targetChannels)),
  );
  const counts = tasks.map(() => 0);
  for (const id of dataset.list('train')) {
    const sample = await dataset.read(id, 'train', size);
    tasks.forEach((task, t) => (counts[t] += accumulate(task, sample, sums[t])));
  }
  const predictions = tasks.map((task, t) =>
    constantPrediction(task, sums[t], counts[t], pixels, size),
  );
  const accumulators = tasks.map((task) => accumulatorOf(task));
  for (const id of dataset.list('val')) {
    const sample = await dataset.read(id, 'val', size);
    accumulators.forEach(({ add }, t) => add(predictions[t], sample));
  }
  return Object.assign({}, ...accumulators.map(({ result }) => result())) as Metrics;
}

/** Adds a sample's targets: class counts, or sums of the components. Returns the pixels counted. */
function accumulate(task: Task, sample: Sample, sums: Float64Array): number {
  if (!task.has(sample)) return 0;
  const { value, mask } = task.encode(sample);
  const channels = task.targetChannels;
  let counted = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    counted++;
    if (task.likelihood === 'softmax') sums[value[i]]++;
    else for (let c = 0; c < channels; c++) sums[c] += value[i * channels + c];
  }
  return counted;
}

function constantPrediction(
  task: Task,
  sums: Float64Array,
  count: number,
  pixels: number,
  { height, width }: Size,
): unknown {
  const channels = task.outputChannels;
  // Shares of the classes serve as logits: the largest wins.
  const cell = Float32Array.from(sums.subarray(0, channels), (sum) => sum / Math.max(count, 1));
  const output = new Float32Array(pixels * channels);
  for (let i = 0; i < pixels; i++) output.set(cell, i * channels);
  return task.decode(output, height, width);
}
