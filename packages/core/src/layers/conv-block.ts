import * as tf from '@tensorflow/tfjs';
import { batchNormalisation, type BatchNormOptions } from './batch-normalisation.ts';
import { convolution, type ConvolutionOptions } from './convolution.ts';
import { inside, type Scope } from './scope.ts';

/** Rectified linear unit as a layer, max(x, 0). */
export const relu = (x: tf.SymbolicTensor, name: string): tf.SymbolicTensor =>
  tf.layers.reLU({ name }).apply(x) as tf.SymbolicTensor;

/**
 * Convolution without bias, then batch normalisation. Layers: `<scope>/conv`, `<scope>/bn`.
 * @param x symbolic features `[B, H, W, C]`
 * @returns `[B, ⌈H / stride⌉, ⌈W / stride⌉, filters]`
 */
export function convBn(
  x: tf.SymbolicTensor,
  scope: Scope,
  options: ConvolutionOptions & BatchNormOptions,
): tf.SymbolicTensor {
  const y = convolution(x, inside(scope, 'conv'), options);
  return batchNormalisation(y, inside(scope, 'bn'), options);
}

/** {@link convBn}, then a ReLU named `<scope>/relu`. */
export const convBnRelu = (
  x: tf.SymbolicTensor,
  scope: Scope,
  options: ConvolutionOptions & BatchNormOptions,
): tf.SymbolicTensor => relu(convBn(x, scope, options), `${scope.name}/relu`);
