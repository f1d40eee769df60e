import type * as tf from '@tensorflow/tfjs';
import { generator, type Dataset as TfDataset } from '@tensorflow/tfjs-data';
import { batches, type Batch, type BatchOptions } from './batches.ts';
import type { ExampleSource, StreamedExample } from './streamed.ts';

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

/** The elements of a `tf.data` data set one after the other. */
export interface TfIterator {
  /** The next one; done where there is none. */
  next(): Promise<{ readonly value: unknown; readonly done?: boolean }>;
}

/** Anything with the iterator of a `tf.data.Dataset`. */
export interface TfElements {
  /** Begins with the first element. */
  iterator(): Promise<TfIterator>;
}

/** An element of a `tf.data` data set: an image `[H, W, 3]`, 0 … 255, and its labels, see `StreamedExample`. */
export interface TensorExample {
  readonly image: tf.Tensor;
  readonly labels: Readonly<Record<string, tf.Tensor | number>>;
}

/**
 * The elements of a `tf.data` data set as examples of a split of `defineStreamedDataset`, in their order, without
 * batches: `.unbatch()` is not in TensorFlow.js, so take the data set before `.batch()`. Its tensors are disposed of.
 * @param source makes the data set anew, with the same elements each time
 * @throws for an element without an image `[H, W, 3]`, or an image in 0 … 1
 * @example
 * ```ts
 * import { defineStreamedDataset, openDataset } from '@scene-mtl/datasets';
 * import { fromTfDataset } from '@scene-mtl/datasets/tf-data';
 * import * as tf from '@tensorflow/tfjs';
 * const pictures = () =>
 *   tf.data.array([0, 1]).map((bright) => ({
 *     image: tf.fill([2, 2, 3], 200 * bright + 20),
 *     labels: { bright },
 *   }));
 * defineStreamedDataset({
 *   name: 'greys-of-tf',
 *   annotations: { bright: { kind: 'label', classes: ['no', 'yes'] } },
 *   splits: () => ({ train: fromTfDataset(pictures) }),
 * });
 * (await openDataset('greys-of-tf')).list('train'); // → ['0', '1']
 * ```
 */
export const fromTfDataset = (source: () => TfElements): ExampleSource =>
  async function* () {
    const elements = await source().iterator();
    for (let n = 0; ; n++) {
      const { value, done = false } = await elements.next();
      if (done) return;
      yield exampleOf(value as Partial<TensorExample>, `tf.data element ${n}`);
    }
  };

function exampleOf({ image, labels }: Partial<TensorExample>, where: string): StreamedExample {
  if (image?.rank !== 3 || image.shape[2] !== 3) {
    throw new Error(`${where}: image: expected a tensor [H, W, 3], got ${shapeText(image)}`);
  }
  const [height, width] = image.shape;
  const data = taken(image);
  // A picture in 0 … 1 would be black.
  if (data.every((one) => one <= 1) && data.some((one) => one > 0 && one < 1)) {
    throw new Error(`${where}: image: expected 0 … 255, got fractions; multiply by 255`);
  }
  const numbers = Object.entries(labels ?? {}).map(
    ([name, label]) => [name, typeof label === 'number' ? label : taken(label)] as const,
  );
  return { image: { height, width, data }, labels: Object.fromEntries(numbers) };
}

function taken(tensor: tf.Tensor): tf.TypedArray {
  const values = tensor.dataSync();
  tensor.dispose();
  return values;
}

const shapeText = (value: tf.Tensor | undefined): string =>
  value?.shape ? `[${value.shape.join(', ')}]` : typeof value;
