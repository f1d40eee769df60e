import { generator, type Dataset as TfDataset } from '@tensorflow/tfjs-data';
import { batches, type Batch, type BatchOptions } from './batches.ts';

/**
 * The stream of `batches` as a `tf.data` data set, for `forEachAsync`, `map` and the rest. Each
 * iterator begins again at `startStep`. Apart from the package's index, which needs no TensorFlow.js.
 * @example
 * const size = { height: 1, width: 1 }; // toy data has no picture
 * const encode = (sample) => ({ x: fieldOf(sample, 'x', numbersKind).data });
 * const dataset = toyDataset({ count: 4, seed: 1 });
 * const stream = asTfDataset({ dataset, split: 'train', size, batchSize: 2, seed: 1, epochs: 1, encode });
 * await stream.forEachAsync(({ arrays }) => console.log(arrays.x));
 */
export function asTfDataset(options: BatchOptions): TfDataset<Batch & Record<string, never>> {
  // tf.data types its elements as tensors or records of them; it passes these through untouched.
  return generator(() => batches(options) as never);
}
