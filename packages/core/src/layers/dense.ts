import * as tf from '@tensorflow/tfjs';
import { initialStream, type Scope } from './scope.ts';

/** Shape and start of a {@link dense} layer. */
export interface DenseOptions {
  /** Numbers of the output. */
  readonly units: number;
  /** Gain g of the initial weights: √2 before a ReLU (the default), 1 for a linear output. */
  readonly gain?: number;
}

/**
 * Fully connected layer with a bias, initially 0, and a kernel of deviation `g / √C` (He et al. 2015,
 * equation 10).
 * @param x symbolic features `[B, C]`
 * @returns `[B, units]`
 */
export function dense(
  x: tf.SymbolicTensor,
  scope: Scope,
  { units, gain = Math.SQRT2 }: DenseOptions,
): tf.SymbolicTensor {
  const channels = x.shape[1];
  if (x.shape.length !== 2 || typeof channels !== 'number') {
    throw new Error(`dense ${scope.name}: expected features [B, C], got [${x.shape.join(', ')}]`);
  }
  // Drawn below: the layer's own initialisers take no seeded stream.
  const layer = tf.layers.dense({ name: scope.name, units, kernelInitializer: 'zeros' });
  const y = layer.apply(x) as tf.SymbolicTensor;
  const deviation = gain / Math.sqrt(channels);
  const drawn = initialStream(scope, 'kernel').normals(channels * units, deviation);
  const kernel = tf.tensor2d(drawn, [channels, units]);
  layer.weights[0].write(kernel);
  kernel.dispose();
  return y;
}
