import * as tf from '@tensorflow/tfjs';
import { dense } from '../layers/dense.ts';
import { ENCODER_SCOPE } from '../network.ts';
import { lastFeatures, type Encoder } from './encoder.ts';

/**
 * An encoder as an image classifier: global average pooling, one dense layer, logits. For
 * pre-training, and to check imported weights against what they were trained for.
 * @param size `[H, W]` of the input in px
 * @returns model from `image` `[B, H, W, 3]` to logits `[B, classes]`
 * @example
 * ```ts
 * import { dilatedResidual, imageClassifier } from '@scene-mtl/core';
 * const encoder = dilatedResidual({ stem: 4, channels: [4, 4, 4], blocks: [1, 1, 1], aspp: null });
 * imageClassifier(encoder, 10, [32, 32], 1).outputShape; // → [null, 10]
 * ```
 */
export function imageClassifier(
  encoder: Encoder,
  classes: number,
  size: readonly [number, number],
  seed: number,
): tf.LayersModel {
  const image = tf.input({ shape: [size[0], size[1], 3], name: 'image' });
  const scope = { name: ENCODER_SCOPE, seed, owner: 'shared' } as const;
  const pooled = tf.layers
    .globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' })
    .apply(lastFeatures(encoder.build(image, scope))) as tf.SymbolicTensor;
  const logits = dense(pooled, { ...scope, name: 'classifier' }, { units: classes });
  return tf.model({ inputs: image, outputs: logits, name: `${encoder.name}-classifier` });
}
