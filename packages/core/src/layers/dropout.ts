import * as tf from '@tensorflow/tfjs';
import { inside, type Scope } from './scope.ts';

/**
 * Drops out part of a tensor in training (Srivastava et al. 2014): each number is 0 with probability `rate`, else
 * `x / (1 − rate)`. In inference, and where the scope is frozen, it gives what it gets. A step that trains such a
 * network needs {@link withRandomLayers}.
 * @param rate 0 … 1 without 1; at 0 no layer is added
 * @throws for another rate
 * @example
 * ```ts
 * import { dropoutLayer } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * const scope = { name: 'depth', seed: 1, owner: { task: 'depth' } } as const;
 * const x = tf.input({ shape: [4] });
 * dropoutLayer(x, scope, 0) === x; // → true
 * dropoutLayer(x, scope, 0.5).sourceLayer.name; // → 'depth/dropout'
 * ```
 */
export function dropoutLayer(x: tf.SymbolicTensor, scope: Scope, rate = 0): tf.SymbolicTensor {
  const { name } = inside(scope, 'dropout');
  if (!(rate >= 0 && rate < 1))
    throw new Error(`${name}: expected a rate of 0 ≤ rate < 1, got ${rate}`);
  return rate === 0 ? x : (tf.layers.dropout({ name, rate }).apply(x) as tf.SymbolicTensor);
}

/** Layers of TensorFlow.js that give other numbers in training though they have no weights. */
export const isRandom = (layer: tf.layers.Layer): boolean =>
  /Dropout|Noise/.test(layer.getClassName());
