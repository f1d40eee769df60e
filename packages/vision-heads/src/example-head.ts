import { dense, relu, type DecoderOptions, type Scope } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/**
 * The head of a task with one answer for a whole example: the mean of the features over all places, a
 * dense layer of `width` units with ReLU, a linear dense layer.
 * @param features symbolic shared features `[B, …, C]`: of a picture `[B, h, w, C]`, of a row
 *   `[B, l, C]`, or of no place at all `[B, C]`
 * @param outputChannels N
 * @returns `[B, N]`
 */
export function exampleHead(
  features: tf.SymbolicTensor,
  outputChannels: number,
  { width, seed, name }: DecoderOptions,
): tf.SymbolicTensor {
  const scope = (part: string): Scope => ({ name: `${name}/${part}`, seed });
  const pooled = pool(features, `${name}/pool`);
  const hidden = relu(dense(pooled, scope('hidden'), { units: width }), `${name}/relu`);
  return dense(hidden, scope('output'), { units: outputChannels, gain: 1 });
}

/** Mean over all axes but the first and the last. */
function pool(features: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  switch (features.shape.length) {
    case 2:
      return features;
    case 3:
      return tf.layers.globalAveragePooling1d({ name }).apply(features) as tf.SymbolicTensor;
    case 4:
      return tf.layers
        .globalAveragePooling2d({ name, dataFormat: 'channelsLast' })
        .apply(features) as tf.SymbolicTensor;
    default:
      throw new Error(
        `${name}: expected features [B, C], [B, L, C] or [B, H, W, C], got rank ${features.shape.length}`,
      );
  }
}
