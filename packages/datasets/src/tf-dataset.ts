import { generator, type Dataset as TfDataset } from '@tensorflow/tfjs-data';
import { batches, type Batch, type BatchOptions } from './batches.ts';

/**
 * The stream of `batches` as a `tf.data` data set, for `forEachAsync`, `map` and the rest. Each
 * iterator begins again at `startStep`. Apart from the package's index, which needs no TensorFlow.js.
 * @example
 * ```ts
 * import { fieldOf, numbersKind, type Sample } from '@scene-mtl/data';
 * import { toyDataset } from '@scene-mtl/datasets';
 * import { asTfDataset } from '@scene-mtl/datasets/tf-data';
 * const size = { height: 1, width: 1 }; // toy data has no picture
 * const dataset = toyDataset({ count: 4, seed: 1 });
 * const encode = (sample: Sample) => ({ x: fieldOf(sample, 'x', numbersKind).data });
 * const stream = asTfDataset({ dataset, split: 'train', size, batchSize: 2, seed: 1, epochs: 1, encode });
 * (await stream.toArray()).map(({ step }) => step); // → [0, 1]
 * ```
 */
export function asTfDataset(options: BatchOptions): TfDataset<Batch & Record<string, never>> {
  // tf.data types its elements as tensors or records of them; it passes these through untouched.
  return generator(() => batches(options) as never);
}
