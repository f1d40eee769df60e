import * as tf from '@tensorflow/tfjs';

/**
 * The activation of a fused kernel, by its attributes.
 * @param attrs `activation`: TensorFlow.js's name, absent for none; `leakyreluAlpha`: slope of
 * `leakyrelu` below 0
 * @param alpha slopes of `prelu`, broadcastable to `x`
 * @throws for an activation that TensorFlow.js does not fuse
 */
export function applyActivation(
  x: tf.Tensor,
  attrs: Readonly<Record<string, unknown>>,
  alpha?: tf.Tensor,
): tf.Tensor {
  const name = (attrs['activation'] as string | null | undefined) ?? 'linear';
  switch (name) {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'elu':
      return tf.elu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'leakyrelu':
      return tf.leakyRelu(x, attrs['leakyreluAlpha'] as number | undefined);
    case 'prelu':
      return tf.prelu(x, alpha as tf.Tensor);
    default:
      throw new Error(`fused kernel: unknown activation '${name}'; apply it as an op of its own`);
  }
}
