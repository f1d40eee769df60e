import * as tf from '@tensorflow/tfjs';

/**
 * `Σ gᵢ xᵢ`, with weights of each example. Of one x it is that x.
 * @param parts x, symbolic `[B, …]`, all of one shape
 * @param weights g, symbolic `[B, parts]`
 */
export function mixture(
  parts: readonly tf.SymbolicTensor[],
  weights: tf.SymbolicTensor,
  name: string,
): tf.SymbolicTensor {
  if (parts.length === 1) return parts[0];
  const row = tf.layers
    .reshape({ name: `${name}/row`, targetShape: [1, parts.length, 1] })
    .apply(weights) as tf.SymbolicTensor;
  const ones = parts[0].shape.slice(1).map(() => 1);
  const terms = parts.map((part, i) => {
    const at = `${name}/${i + 1}`;
    // Among the standard layers, what takes one number of a row is a cropping.
    const cropping: [[number, number], [number, number]] = [
      [0, 0],
      [i, parts.length - 1 - i],
    ];
    const one = tf.layers.cropping2D({ name: `${at}/one`, cropping }).apply(row);
    const weight = tf.layers.reshape({ name: `${at}/weight`, targetShape: ones }).apply(one);
    const product = tf.layers.multiply({ name: `${at}/product` });
    return product.apply([part, weight as tf.SymbolicTensor]) as tf.SymbolicTensor;
  });
  return tf.layers.add({ name: `${name}/sum` }).apply(terms) as tf.SymbolicTensor;
}
