import * as tf from '@tensorflow/tfjs';
import type { CaptureBackend } from '../capture/backend.ts';
import { recordNode } from '../capture/record-region.ts';
import type { CapturedType, TraceValue } from '../capture/value.ts';
import { numbersOf } from '../kernels/known.ts';
import type { OpenAttributes } from '../kernels/open.ts';
import { numberOf, shapeOf, unknown, whole, type Size } from './sizes.ts';

/** A value that is as large as the numbers of a run say. TensorFlow.js has no tensor for it. */
export class OpenValue {
  readonly value: TraceValue;
  readonly sizes: readonly Size[];

  constructor(value: TraceValue, sizes: readonly Size[]) {
    this.value = value;
    this.sizes = sizes;
  }
}

/** Integers of which it is known how they come from sizes. */
const tracked = new WeakMap<TraceValue, readonly Size[]>();

/** A value as it was recorded. */
export const recordedValue = (backend: CaptureBackend, x: tf.Tensor | OpenValue): TraceValue =>
  x instanceof OpenValue ? x.value : backend.shaped(x);

/** The sizes of a value. */
export const sizesOf = (x: tf.Tensor | OpenValue): readonly Size[] =>
  x instanceof OpenValue ? x.sizes : x.shape.map(whole);

/** Notes how integers come from sizes; a constant where they are all known. */
export function withSizes(
  backend: CaptureBackend,
  x: tf.Tensor,
  sizes: readonly Size[],
): tf.Tensor {
  const numbers = sizes.map(numberOf);
  if (numbers.every((n) => n !== undefined)) return tf.tensor(numbers, x.shape, 'int32');
  tracked.set(backend.shaped(x), sizes);
  return x;
}

/** What is noted of a tensor, or its numbers; undefined where neither is known. */
export const notedSizes = (backend: CaptureBackend, x: tf.Tensor): readonly Size[] | undefined =>
  tracked.get(backend.shaped(x));

/** The elements of a tensor of integers as sizes, with unknowns for what is not known. */
export function integersOf(backend: CaptureBackend, x: tf.Tensor): readonly Size[] {
  const numbers = numbersOf(x);
  if (numbers) return Array.from(numbers, whole);
  const value = backend.shaped(x);
  const noted = tracked.get(value) ?? Array.from({ length: x.size }, () => unknown());
  tracked.set(value, noted);
  return noted;
}

/** One result of an open op: its type, and how large it is. */
export interface OpenResult {
  readonly sizes: readonly Size[];
  readonly dtype: CapturedType;
}

/**
 * Records one ONNX op on values of any size. A result whose size is known after all is a tensor again.
 */
export function recordOpen(
  backend: CaptureBackend,
  attrs: OpenAttributes,
  inputs: readonly TraceValue[],
  results: readonly OpenResult[],
): (tf.Tensor | OpenValue)[] {
  const shapes = results.map(({ sizes, dtype }) => ({ shape: shapeOf(sizes), dtype }));
  const values = recordNode(backend, { kernel: 'Open', inputs, attrs: { ...attrs } }, shapes);
  return values.map((value, i) => {
    const { sizes } = results[i];
    if (value.shape.includes(-1)) return new OpenValue(value, sizes);
    const [closed] = recordNode(backend, { kernel: 'Closed', inputs: [value] }, [value]);
    return backend.tensorFor(closed);
  });
}

/** A constant of whole numbers. */
export const intsValue = (numbers: readonly number[], shape = [numbers.length]): TraceValue => ({
  shape,
  dtype: 'int32',
  source: { kind: 'constant', data: Int32Array.from(numbers) },
});
