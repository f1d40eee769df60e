import type * as tf from '@tensorflow/tfjs';
import type { LayerContext } from './forward.ts';

/** Body of a layer with one input: `context` is what the model's `apply` was given. */
export type LayerCall = (input: tf.Tensor4D, context: LayerContext) => tf.Tensor;

/**
 * Replaces what a standard layer computes, on this one instance. Its class name, configuration and
 * weights stay the standard ones, so that a saved model loads in plain TensorFlow.js, where the
 * standard computation gives the same numbers at inference.
 */
export function replaceCall<L extends tf.layers.Layer>(layer: L, call: LayerCall): L {
  layer.call = (inputs, kwargs) => {
    const input = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return call(input, kwargs ?? {});
  };
  return layer;
}

/** The value of a layer's weight by its short name, as the variable itself. */
export function weightOf<T extends tf.Tensor>(layer: tf.layers.Layer, name: string): T {
  const found = layer.weights.find((w) => w.originalName.endsWith(`/${name}`));
  if (!found) {
    const names = layer.weights.map((w) => w.originalName).join(', ');
    throw new Error(`layer ${layer.name}: expected a weight ${name}, has ${names || 'none'}`);
  }
  return found.read() as T;
}
