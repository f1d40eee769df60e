import * as tf from '@tensorflow/tfjs';

/**
 * Bilinear up-sampling by a whole factor to `size`: a standard `UpSampling2D` layer.
 *
 * Convention: output pixel o reads the input at `o / factor`, so that input cell i lands on output
 * pixel `factor · i`. That is where the encoders' convolutions, padded alike on all sides, centre
 * cell i. (Half-pixel centres would shift the output by (factor − 1)/2 px against the features;
 * besides, the gradient of TensorFlow.js knows only this convention.) The last factor − 1 rows and
 * columns repeat the last cell.
 *
 * @param x symbolic `[B, h, w, C]` with known h and w
 * @param size `[H, W]` in px, whole multiples of h and w
 * @returns `[B, H, W, C]`
 * @throws when a side of `size` is not a whole multiple of the input's
 * @example
 * ```ts
 * import { upsampleTo } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * upsampleTo(tf.input({ shape: [4, 8, 3] }), [32, 64], 'up').shape; // → [null, 32, 64, 3]
 * ```
 */
export function upsampleTo(
  x: tf.SymbolicTensor,
  size: readonly [number, number],
  name: string,
): tf.SymbolicTensor {
  const [, h, w] = x.shape as [number | null, number, number, number];
  const factors: [number, number] = [size[0] / h, size[1] / w];
  if (!factors.every((f) => Number.isInteger(f) && f >= 1)) {
    throw new Error(
      `${name}: expected an output size that is a whole multiple of the features' ${h}×${w}, ` +
        `got ${size[0]}×${size[1]}; choose an input size divisible by the encoder's output stride`,
    );
  }
  if (factors[0] === 1 && factors[1] === 1) return x;
  const layer = tf.layers.upSampling2d({ name, size: factors, interpolation: 'bilinear' });
  return layer.apply(x) as tf.SymbolicTensor;
}
