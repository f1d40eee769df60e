import type * as tf from '@tensorflow/tfjs';
import { convolution } from './convolution.ts';
import { dense } from './dense.ts';
import type { Scope } from './scope.ts';

/**
 * The same linear function with a bias at every place: a 1×1 convolution of maps, a dense layer of numbers.
 * @param x symbolic `[B, H, W, C]` or `[B, C]`
 * @returns `[B, H, W, units]` or `[B, units]`; `C · units + units` weights
 */
export const pointwise = (x: tf.SymbolicTensor, scope: Scope, units: number): tf.SymbolicTensor =>
  x.shape.length === 4
    ? convolution(x, scope, { filters: units, kernel: 1, bias: true, gain: 1 })
    : dense(x, scope, { units });
