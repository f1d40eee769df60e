import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { defineCompositions } from './kernel.ts';

/**
 * Morphological dilation: `y[p, c] = max_t (x[s·p + d·t − b, c] + w[t, c])` over the taps t of a window that lie in
 * the image. As in TensorFlow.js the gradient goes to the first tap that has the maximum.
 */

type Inputs = Readonly<Record<string, tf.Tensor>>;
type Shape4 = [number, number, number, number];

const geometryOf = ({ x, filter }: Inputs, attrs: Attrs) =>
  tf.backend_util.computeDilation2DInfo(
    x.shape as Shape4,
    filter.shape as [number, number, number],
    attrs['strides'] as number,
    attrs['pad'] as 'same',
    'NHWC',
    attrs['dilations'] as number,
  );

type Info = ReturnType<typeof geometryOf>;

/** The taps of a filter, row by row, with their offsets in the padded image. */
const tapsOf = (info: Info) =>
  Array.from({ length: info.filterHeight * info.filterWidth }, (_, t) => {
    const [i, j] = [Math.floor(t / info.filterWidth), t % info.filterWidth];
    return { i, j, down: i * info.dilationHeight, right: j * info.dilationWidth };
  });

/** x + w for every tap, `[taps, N, H', W', C]`; −∞ outside the image. */
function candidates({ x, filter }: Inputs, info: Info): tf.Tensor {
  const { top, left } = info.padInfo;
  const { outHeight, outWidth, strideHeight, strideWidth, batchSize, inChannels } = info;
  const [rows, columns] = [(outHeight - 1) * strideHeight + 1, (outWidth - 1) * strideWidth + 1];
  const taps = tapsOf(info);
  const last = taps[taps.length - 1];
  const below = Math.max(0, last.down + rows - top - info.inHeight);
  const after = Math.max(0, last.right + columns - left - info.inWidth);
  const padded = tf.pad(
    x as tf.Tensor4D,
    [
      [0, 0],
      [top, below],
      [left, after],
      [0, 0],
    ],
    -Infinity,
  );
  return tf.stack(
    taps.map(({ i, j, down, right }) => {
      const under = tf.stridedSlice(
        padded,
        [0, down, right, 0],
        [batchSize, down + rows, right + columns, inChannels],
        [1, strideHeight, strideWidth, 1],
      );
      return tf.add(under, tf.reshape(tf.slice(filter, [i, j, 0], [1, 1, inChannels]), [-1]));
    }),
  );
}

/** Sums of dy at flat places of a tensor of that shape. */
const collected = (places: tf.Tensor, dy: tf.Tensor, shape: number[]): tf.Tensor =>
  tf.reshape(
    tf.scatterND(tf.reshape(places, [dy.size, 1]), tf.reshape(dy, [dy.size]), [
      tf.util.sizeFromShape(shape),
    ]),
    shape,
  );

/** For each output the number of its tap, and its channel, `[1, 1, 1, C]`. */
function chosen(inputs: Inputs, info: Info): { tap: tf.Tensor; channel: tf.Tensor } {
  const channel = tf.reshape(tf.range(0, info.inChannels, 1, 'int32'), [1, 1, 1, -1]);
  return { tap: tf.argMax(candidates(inputs, info), 0), channel };
}

const int = (value: number) => tf.scalar(value, 'int32');

function toInput(inputs: Inputs, attrs: Attrs): tf.Tensor {
  const info = geometryOf(inputs, attrs);
  const { inHeight, inWidth, inChannels, outHeight, outWidth, batchSize, padInfo } = info;
  const { tap, channel } = chosen(inputs, info);
  const offsets = tapsOf(info).map(({ down, right }) => down * inWidth + right);
  // The place of the first tap, which may lie outside; that of the chosen one does not.
  const corners = new Int32Array(batchSize * outHeight * outWidth);
  for (let k = 0; k < corners.length; k++) {
    const [column, row] = [k % outWidth, Math.floor(k / outWidth) % outHeight];
    const y = row * info.strideHeight - padInfo.top;
    const x = column * info.strideWidth - padInfo.left;
    corners[k] = (Math.floor(k / (outWidth * outHeight)) * inHeight + y) * inWidth + x;
  }
  const corner = tf.tensor(corners, [batchSize, outHeight, outWidth, 1], 'int32');
  const pixel = tf.add(corner, tf.gather(tf.tensor1d(offsets, 'int32'), tap));
  const places = tf.add(tf.mul(pixel, int(inChannels)), channel);
  return collected(places, inputs['dy'], [...inputs['x'].shape]);
}

function toFilter(inputs: Inputs, attrs: Attrs): tf.Tensor {
  const info = geometryOf(inputs, attrs);
  const { tap, channel } = chosen(inputs, info);
  const places = tf.add(tf.mul(tap, int(info.inChannels)), channel);
  return collected(places, inputs['dy'], [...inputs['filter'].shape]);
}

defineCompositions(
  {
    name: 'Dilation2D',
    lowering: 'greatest of the shifted sums, one per tap',
    compose: (inputs, attrs) => tf.max(candidates(inputs, geometryOf(inputs, attrs)), 0),
  },
  {
    name: 'Dilation2DBackpropInput',
    lowering: 'arg max over the taps, dy scattered there with addition',
    compose: toInput,
  },
  {
    name: 'Dilation2DBackpropFilter',
    lowering: 'arg max over the taps, dy scattered there with addition',
    compose: toFilter,
  },
);
