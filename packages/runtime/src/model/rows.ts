import type * as tf from '@tensorflow/tfjs';
import type { InputSpec } from '../signature.ts';

type Values = Float32Array | Int32Array | Uint8Array;

/** The values of a tensor whose first dimension counts examples. */
export interface Rows {
  readonly shape: readonly number[];
  readonly dtype: InputSpec['dtype'];
  readonly values: Values;
}

const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * Reads a tensor.
 * @throws for a type that no step takes
 */
export function rowsOf(tensor: tf.Tensor): Rows {
  const { shape, dtype } = tensor;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw new Error(`compileModel: expected tensors of float32, int32 or bool, got ${dtype}`);
  }
  const values: Values = tensor.dataSync<'float32'>();
  const kind = kinds[dtype];
  // A cast in TensorFlow.js may leave the numbers in an array of their old type.
  return { shape, dtype, values: values instanceof kind ? values : kind.from(values) };
}

/** Some rows, in the order of their numbers; all of them as they are where no numbers are given. */
export function batchOf(rows: Rows, numbers: ArrayLike<number>): Rows {
  const { shape, dtype, values } = rows;
  const [, ...one] = shape;
  const size = one.reduce((a, b) => a * b, 1);
  const kind = values.constructor as new (length: number) => Values;
  const batch = new kind(numbers.length * size);
  for (let k = 0; k < numbers.length; k++) {
    batch.set(values.subarray(numbers[k] * size, (numbers[k] + 1) * size), k * size);
  }
  return { shape: [numbers.length, ...one], dtype, values: batch };
}

/** First and last number of each batch, the last one smaller where it does not divide. */
export function* batchesOf(
  count: number,
  batchSize: number,
): Generator<[from: number, to: number]> {
  for (let from = 0; from < count; from += batchSize) {
    yield [from, Math.min(count, from + batchSize)];
  }
}
