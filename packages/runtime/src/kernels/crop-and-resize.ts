import * as tf from '@tensorflow/tfjs';
import { defineCompositions } from './kernel.ts';
import { indexWithin, pixelsAt, roundedUp } from './pixels.ts';

/**
 * Where the samples of a crop lie along one axis, `[B, count]`, in pixels; the one of a crop of one pixel is its
 * middle. `p_i = from·(size − 1) + (to − from)·(size − 1)·i/(count − 1)`.
 */
function places(from: tf.Tensor, to: tf.Tensor, size: number, count: number): tf.Tensor {
  if (count === 1) return tf.mul(tf.add(from, to), 0.5 * (size - 1));
  const steps = tf.tensor2d(
    Array.from({ length: count }, (_, i) => i / (count - 1)),
    [1, count],
  );
  const last = size - 1;
  return tf.add(tf.mul(from, last), tf.mul(tf.mul(tf.sub(to, from), last), steps));
}

/** Whether places are within an axis; a place that is not a number is not. */
const inside = (x: tf.Tensor, size: number): tf.Tensor =>
  tf.logicalAnd(tf.greaterEqual(x, 0), tf.lessEqual(x, size - 1));

function cropAndResize(
  { image, boxes, boxInd }: Readonly<Record<string, tf.Tensor>>,
  attrs: Readonly<Record<string, unknown>>,
): tf.Tensor {
  const [rows, columns] = attrs['cropSize'] as [number, number];
  const [n, h, w] = image.shape;
  const [count] = boxes.shape;
  const pixels = tf.cast(image, 'float32');
  const [top, left, bottom, right] = tf.split(boxes, 4, 1);
  const y = tf.reshape(places(top, bottom, h, rows), [count, rows, 1]);
  const x = tf.reshape(places(left, right, w, columns), [count, 1, columns]);
  // TensorFlow.js leaves crops of images that there are not at 0.
  const there = tf.less(boxInd, tf.scalar(n, 'int32'));
  const batch = tf.reshape(tf.where(there, boxInd, tf.zerosLike(boxInd)), [count, 1, 1]);
  const take = (row: tf.Tensor, column: tf.Tensor) =>
    pixelsAt(pixels, { batch, row: indexWithin(row, h), column: indexWithin(column, w) });
  const mixed = (): tf.Tensor => {
    const [up, before] = [tf.floor(y), tf.floor(x)];
    const [down, after] = [tf.ceil(y), tf.ceil(x)];
    const [dy, dx] = [tf.sub(y, up), tf.sub(x, before)].map((d) => tf.expandDims(d, 3));
    const along = (row: tf.Tensor) => {
      const first = take(row, before);
      return tf.add(first, tf.mul(tf.sub(take(row, after), first), dx));
    };
    const first = along(up);
    return tf.add(first, tf.mul(tf.sub(along(down), first), dy));
  };
  const values = attrs['method'] === 'nearest' ? take(roundedUp(y), roundedUp(x)) : mixed();
  const within = tf.expandDims(tf.logicalAnd(inside(y, h), inside(x, w)), 3);
  const outside = tf.fill(values.shape, attrs['extrapolationValue'] as number);
  const result = tf.where(within, values, outside);
  return tf.where(tf.reshape(there, [count, 1, 1, 1]), result, tf.zerosLike(result));
}

defineCompositions({
  name: 'CropAndResize',
  lowering: 'gathers of the pixels around each sample, mixed by their distances',
  compose: cropAndResize,
});
