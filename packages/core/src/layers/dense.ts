import * as tf from '@tensorflow/tfjs';
import { initialStream, owned, type Scope } from './scope.ts';

/** Shape and start of a {@link dense}. */
export interface DenseOptions {
  /** Numbers per example that come out. */
  readonly units: number;
  /** Gain g of the deviation g / √C: √2 before a ReLU, 1 (the default) for a linear output. */
  readonly gain?: number;
}

/**
 * Dense layer with a bias, initially 0: `y = x · W + b`, W drawn with the deviation `g / √C` (He et al.
 * 2015, equation 10).
 * @param x symbolic features `[B, C]`
 * @returns `[B, units]`
 */
export function dense(
  x: tf.SymbolicTensor,
  scope: Scope,
  { units, gain = 1 }: DenseOptions,
): tf.SymbolicTensor {
  const channels = x.shape[1];
  if (x.shape.length !== 2 || typeof channels !== 'number') {
    throw new Error(`dense ${scope.name}: expected features [B, C], got [${x.shape.join(', ')}]`);
  }
  // Drawn below: the layer's own initialisers take no seeded stream.
  const layer = tf.layers.dense({ name: scope.name, units, kernelInitializer: 'zeros' });
  const y = owned(layer, scope).apply(x) as tf.SymbolicTensor;
  const drawn = initialStream(scope, 'kernel').normals(
    channels * units,
    gain / Math.sqrt(channels),
  );
  const kernel = tf.tensor2d(drawn, [channels, units]);
  layer.weights[0].write(kernel);
  kernel.dispose();
  return y;
}
