import { generator, type Dataset as TfDataset } from '@tensorflow/tfjs-data';
import { batches, type Batch, type BatchOptions } from './batches.ts';

/**
 * The stream of `batches` as a `tf.data` data set, for `forEachAsync`, `map` and the rest. Each
 * iterator begins again at `startStep`. Apart from the package's index, which needs no TensorFlow.js.
 */
export function asTfDataset(options: BatchOptions): TfDataset<Batch & Record<string, never>> {
  // tf.data types its elements as tensors or records of them; it passes these through untouched.
  return generator(() => batches(options) as never);
}
