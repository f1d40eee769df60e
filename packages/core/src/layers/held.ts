import * as tf from '@tensorflow/tfjs';
import { owned, type Scope } from './scope.ts';

/** A weight of a layer, which it reads each time that it runs. */
export type LayerWeight = tf.layers.Layer['weights'][number];

const held = new WeakMap<tf.layers.Layer, Map<string, tf.Variable>>();

/**
 * Adds a weight that belongs to a layer's owner and stands in the graph where the layer stands, though others read it.
 * What TensorFlow.js saves of the layer stays as it was.
 * @param start its first numbers, which are freed
 */
export function hold(layer: tf.layers.Layer, name: string, start: tf.Tensor): tf.Variable {
  const variable = tf.variable(start);
  start.dispose();
  const own = held.get(layer) ?? new Map<string, tf.Variable>();
  held.set(layer, own.set(name, variable));
  return variable;
}

/** What a layer holds, by short names. */
export const heldBy = (layer: tf.layers.Layer): ReadonlyMap<string, tf.Variable> =>
  held.get(layer) ?? new Map<string, tf.Variable>();

const before = new WeakMap<LayerWeight, tf.Variable>();

/** Makes a layer read a weight as what a function of others gives, each time that it runs or is saved. */
export function replaced(weight: LayerWeight, value: () => tf.Tensor): void {
  before.set(weight, weight.read() as tf.Variable);
  weight.read = value;
}

/** What stood in the place of a weight that is {@link replaced}; undefined: it is not. */
export const replacedBy = (weight: LayerWeight): tf.Variable | undefined => before.get(weight);

/**
 * The input itself, by a layer that may {@link hold} what others compute their weights from: these belong to the network
 * by this layer, which has to lie before all that use them.
 */
export function carrier(
  x: tf.SymbolicTensor,
  scope: Scope,
): { readonly x: tf.SymbolicTensor; readonly layer: tf.layers.Layer } {
  const layer = owned(tf.layers.activation({ activation: 'linear', name: scope.name }), scope);
  return { x: layer.apply(x) as tf.SymbolicTensor, layer };
}
