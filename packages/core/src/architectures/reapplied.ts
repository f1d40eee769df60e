import type * as tf from '@tensorflow/tfjs';

/**
 * What the layers between two tensors of a graph make of another tensor: the same layers once more, and so the same
 * weights.
 * @param from what they read
 * @param to what they gave of it
 * @param x of the shape of `from`
 */
export function reapplied(
  from: tf.SymbolicTensor,
  to: tf.SymbolicTensor,
  x: tf.SymbolicTensor,
): tf.SymbolicTensor {
  const made = new Map<tf.SymbolicTensor, tf.SymbolicTensor>([[from, x]]);
  const again = (tensor: tf.SymbolicTensor): tf.SymbolicTensor => {
    const known = made.get(tensor);
    if (known) return known;
    const inputs = tensor.inputs.map(again);
    const y = tensor.sourceLayer.apply(inputs.length === 1 ? inputs[0] : inputs);
    made.set(tensor, y as tf.SymbolicTensor);
    return y as tf.SymbolicTensor;
  };
  return again(to);
}
