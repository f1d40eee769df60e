import * as tf from '@tensorflow/tfjs';
import { initialStream, owned, type Scope } from './scope.ts';

/** Shape and start of a {@link dense}. */
export interface DenseOptions {
  /** Numbers per example that come out. */
  readonly units: number;
  /** Gain g of the deviation g / √n: √2 before a ReLU, 1 (the default) for a linear output. */
  readonly gain?: number;
}

/**
 * Dense layer with a bias, initially 0: `y = x · W + b`, W drawn with the deviation `g / √n`.
 * @param x symbolic `[B, n]`
 * @returns `[B, units]`
 */
export function dense(
  x: tf.SymbolicTensor,
  scope: Scope,
  { units, gain = 1 }: DenseOptions,
): tf.SymbolicTensor {
  const layer = tf.layers.dense({ name: scope.name, units, kernelInitializer: 'zeros' });
  const y = owned(layer, scope).apply(x) as tf.SymbolicTensor;
  const n = x.shape[x.shape.length - 1] as number;
  const drawn = initialStream(scope, 'kernel').normals(n * units, gain / Math.sqrt(n));
  const kernel = tf.tensor2d(drawn, [n, units]);
  layer.weights[0].write(kernel);
  kernel.dispose();
  return y;
}
