import * as tf from '@tensorflow/tfjs';
import { inside, initialStream } from '../layers/scope.ts';
import { ENCODER_SCOPE } from '../model.ts';
import type { Encoder } from './encoder.ts';

/**
 * An encoder as an image classifier: global average pooling, one dense layer, logits. For
 * pre-training, and to check imported weights against what they were trained for.
 * @param size `[H, W]` of the input in px
 * @returns model from `image` `[B, H, W, 3]` to logits `[B, classes]`
 */
export function imageClassifier(
  encoder: Encoder,
  classes: number,
  size: readonly [number, number],
  seed: number,
): tf.LayersModel {
  const image = tf.input({ shape: [size[0], size[1], 3], name: 'image' });
  const features = encoder.build(image, { name: ENCODER_SCOPE, seed });
  const pooled = tf.layers
    .globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' })
    .apply(features) as tf.SymbolicTensor;
  const dense = tf.layers.dense({ name: 'classifier', units: classes, kernelInitializer: 'zeros' });
  const logits = dense.apply(pooled) as tf.SymbolicTensor;
  const { channels } = encoder;
  const scope = inside({ name: '', seed }, 'classifier');
  const drawn = initialStream(scope, 'kernel').normals(channels * classes, 1 / Math.sqrt(channels));
  const kernel = tf.tensor2d(drawn, [channels, classes]);
  dense.weights[0].write(kernel);
  kernel.dispose();
  return tf.model({ inputs: image, outputs: logits, name: `${encoder.name}-classifier` });
}
