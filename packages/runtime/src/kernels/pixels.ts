import * as tf from '@tensorflow/tfjs';

/**
 * Pixels of images `[N, H, W, C]` at computed rows and columns: `[...places, C]`.
 * @param at batch element, row and column, int32 of shapes that broadcast, each within its axis
 */
export function pixelsAt(
  images: tf.Tensor,
  at: { readonly batch: tf.Tensor; readonly row: tf.Tensor; readonly column: tf.Tensor },
): tf.Tensor {
  const [n, h, w, c] = images.shape;
  const size = (value: number) => tf.scalar(value, 'int32');
  const row = tf.add(tf.mul(at.batch, size(h)), at.row);
  const place = tf.add(tf.mul(row, size(w)), at.column);
  return tf.gather(tf.reshape(images, [n * h * w, c]), place);
}

/** Whole numbers held as floats, within an axis of that size, as indices. */
export const indexWithin = (x: tf.Tensor, size: number): tf.Tensor =>
  tf.cast(tf.clipByValue(x, 0, size - 1), 'int32');

/** Rounded to the nearest whole number, halves up, as `Math.round`; `tf.round` takes them to the even one. */
export const roundedUp = (x: tf.Tensor): tf.Tensor => tf.floor(tf.add(x, 0.5));
