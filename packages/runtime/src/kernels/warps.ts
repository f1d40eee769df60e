import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { defineCompositions } from './kernel.ts';
import { indexWithin, pixelsAt, roundedUp } from './pixels.ts';

/** Projective transforms and rotations of images `[N, H, W, C]`. */

type Fold = (x: tf.Tensor, size: number) => tf.Tensor;

const clipped: Fold = (x, size) => tf.clipByValue(x, 0, size - 1);

/** What a place outside the image stands for, as TensorFlow.js computes it. */
const folds: Readonly<Record<string, Fold>> = {
  constant: (x) => x,
  nearest: clipped,
  reflect: (x, size) => {
    const period = 2 * size;
    const low = tf.add(tf.mul(tf.floor(tf.div(tf.neg(x), period)), period), x);
    const below = tf.where(tf.less(low, -size), tf.add(low, period), tf.sub(tf.neg(low), 1));
    const high = tf.sub(x, tf.mul(tf.floor(tf.div(x, period)), period));
    const above = tf.where(tf.greaterEqual(high, size), tf.sub(period - 1, high), high);
    return clipped(folded(x, size, below, above), size);
  },
  wrap: (x, size) => {
    const period = Math.max(size - 1, 1);
    const below = tf.add(x, tf.mul(tf.add(tf.floor(tf.div(tf.neg(x), period)), 1), size));
    const above = tf.sub(x, tf.mul(tf.floor(tf.div(x, period)), size));
    return clipped(folded(x, size, below, above), size);
  },
};

const folded = (x: tf.Tensor, size: number, below: tf.Tensor, above: tf.Tensor): tf.Tensor =>
  tf.where(tf.less(x, 0), below, tf.where(tf.greater(x, size - 1), above, x));

function transform(
  { image, transforms }: Readonly<Record<string, tf.Tensor>>,
  attrs: Attrs,
): tf.Tensor {
  const { interpolation, fillMode, fillValue, outputShape } = attrs;
  const [n, h, w] = image.shape;
  const [outH, outW] = (outputShape as [number, number] | null | undefined) ?? [h, w];
  const pixels = tf.cast(image, 'float32');
  const t = tf.split(transforms, 8, 1).map((column) => tf.reshape(column, [-1, 1, 1]));
  const outY = tf.reshape(tf.range(0, outH), [1, outH, 1]);
  const outX = tf.reshape(tf.range(0, outW), [1, 1, outW]);
  const plane = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
    tf.add(tf.add(tf.mul(a, outX), tf.mul(b, outY)), c);
  const projection = plane(t[6], t[7], tf.scalar(1));
  // A place at infinity is outside.
  const infinite = tf.equal(projection, 0);
  const by = tf.where(infinite, tf.onesLike(projection), projection);
  const fold = folds[fillMode as string] ?? folds['constant'];
  const x = fold(tf.div(plane(t[0], t[1], t[2]), by), w);
  const y = fold(tf.div(plane(t[3], t[4], t[5]), by), h);
  const batch = tf.reshape(tf.range(0, n, 1, 'int32'), [n, 1, 1]);
  const fill = tf.scalar(fillValue as number);
  const read = (row: tf.Tensor, column: tf.Tensor): tf.Tensor => {
    const within = [
      ...[tf.greaterEqual(row, 0), tf.less(row, h)],
      ...[tf.greaterEqual(column, 0), tf.less(column, w)],
    ].reduce((a, b) => tf.logicalAnd(a, b));
    const at = { batch, row: indexWithin(row, h), column: indexWithin(column, w) };
    return tf.where(tf.expandDims(within, 3), pixelsAt(pixels, at), fill);
  };
  const mixed = (): tf.Tensor => {
    const [up, before] = [tf.floor(y), tf.floor(x)];
    const [down, after] = [tf.add(up, 1), tf.add(before, 1)];
    const share = (a: tf.Tensor, b: tf.Tensor) => tf.expandDims(tf.sub(a, b), 3);
    const along = (row: tf.Tensor) =>
      tf.add(
        tf.mul(share(after, x), read(row, before)),
        tf.mul(share(x, before), read(row, after)),
      );
    return tf.add(tf.mul(share(down, y), along(up)), tf.mul(share(y, up), along(down)));
  };
  const values = interpolation === 'nearest' ? read(roundedUp(y), roundedUp(x)) : mixed();
  return tf.cast(tf.where(tf.expandDims(infinite, 3), fill, values), image.dtype);
}

/** The angle is a number, hence so are the places: one gather with constant indices. */
function rotate({ image }: Readonly<Record<string, tf.Tensor>>, attrs: Attrs): tf.Tensor {
  const [n, h, w, c] = image.shape;
  const { radians, fillValue, center } = attrs as {
    radians: number;
    fillValue: number | [number, number, number];
    center: number | [number, number];
  };
  const [centerX, centerY] = tf.backend_util.getImageCenter(center, h, w);
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const places = new Int32Array(h * w);
  const within = new Uint8Array(h * w);
  for (let i = 0; i < h * w; i++) {
    const [dx, dy] = [(i % w) - centerX, Math.floor(i / w) - centerY];
    const x = Math.round(dx * cos - dy * sin + centerX);
    const y = Math.round(dx * sin + dy * cos + centerY);
    if (x < 0 || x >= w || y < 0 || y >= h) continue;
    places[i] = y * w + x;
    within[i] = 1;
  }
  // Of a colour the fourth channel is opacity, which is full.
  const colour = Array.from({ length: c }, (_, k) =>
    typeof fillValue === 'number' ? fillValue : k === 3 ? 255 : fillValue[k],
  );
  const pixels = tf.reshape(image, [n, h * w, c]);
  const picked = tf.gather(pixels, tf.tensor1d(places, 'int32'), 1);
  const fill = tf.tensor(colour, [1, 1, c], image.dtype);
  return tf.reshape(tf.where(tf.tensor(within, [1, h * w, 1], 'bool'), picked, fill), image.shape);
}

defineCompositions(
  {
    name: 'Transform',
    lowering: 'gathers of the pixels around each place, mixed by their distances',
    compose: transform,
  },
  {
    name: 'RotateWithOffset',
    lowering: 'gather with constant indices, where',
    compose: rotate,
  },
);
