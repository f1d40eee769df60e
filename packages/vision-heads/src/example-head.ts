import { dense, dropoutLayer, inside, relu, type DecoderOptions } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';

/**
 * The head of a task with one answer for a whole example: the mean of the features over all places, a
 * dense layer of `width` units with ReLU, `dropout`, a linear dense layer.
 * @param features symbolic shared features `[B, …, C]`: of a picture `[B, h, w, C]`, of a row
 *   `[B, l, C]`, or of no place at all `[B, C]`
 * @param outputChannels N
 * @returns `[B, N]`
 */
export function exampleHead(
  features: tf.SymbolicTensor,
  outputChannels: number,
  { width, scope, dropout }: Pick<DecoderOptions, 'width' | 'scope' | 'dropout'>,
): tf.SymbolicTensor {
  const pooled = pool(features, `${scope.name}/pool`);
  const mixed = dense(pooled, inside(scope, 'hidden'), { units: width, gain: Math.SQRT2 });
  const hidden = relu(mixed, `${scope.name}/relu`);
  return dense(dropoutLayer(hidden, scope, dropout), inside(scope, 'output'), {
    units: outputChannels,
  });
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
