import type * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { seeds } from '../examples.ts';

/** Sizes and windows on them, odd ones included. */

export type Pad = 'same' | 'valid' | number;

export interface Window {
  readonly seed: number;
  readonly n: number;
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly dilation: number;
  readonly pad: Pad;
}

/** Windows that fit: dilation and stride are never both above 1, as TensorFlow.js demands. */
export const windows = fc
  .record({
    seed: seeds,
    n: fc.integer({ min: 1, max: 2 }),
    size: fc.tuple(fc.integer({ min: 5, max: 8 }), fc.integer({ min: 5, max: 9 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    step: fc.constantFrom([1, 1], [2, 1], [1, 2], [3, 1]),
    pad: fc.constantFrom<Pad>('same', 'valid', 0, 1),
  })
  .map(({ step: [stride, dilation], kernel, ...rest }): Window => ({
    ...rest,
    // With explicit padding TensorFlow.js takes the width of the result from the kernel's height.
    kernel: typeof rest.pad === 'number' ? [kernel[0], kernel[0]] : kernel,
    stride,
    dilation,
  }));

export const rounding = (pad: Pad) => (typeof pad === 'number' ? ('floor' as const) : undefined);

export const as4 = (x: tf.Tensor) => x as tf.Tensor4D;

export const both = (
  name: string,
  step: (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>,
  inputs: Record<string, tf.Tensor>,
): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(step(inputs)).map(([key, y]) => [`${name} ${key}`, y]));
