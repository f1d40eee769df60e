import * as tf from '@tensorflow/tfjs';
import { compositeKernel, runBackward } from './composite.ts';
import { channelsLast } from './data-format.ts';
import { gradientInSteps } from './inside-step.ts';

/**
 * TensorFlow.js refuses the gradient of a dilated depthwise convolution. Inside steps it is one that
 * knows dilation: without dilation it runs the two standard kernels, with dilation the two kernels
 * below, composed of slices and products per tap.
 */

const INPUT = 'DilatedDepthwiseBackpropInput';
const FILTER = 'DilatedDepthwiseBackpropFilter';

type Shape4 = [number, number, number, number];
type Attrs = Readonly<Record<string, unknown>>;

const geometry = (inputShape: Shape4, filterShape: Shape4, attrs: Attrs) =>
  tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    attrs['strides'] as number,
    attrs['dilations'] as number,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as 'floor' | undefined,
    true,
  );

type Info = ReturnType<typeof geometry>;

/** Calls `body` for each tap with its offset in the padded input. */
function forEachTap(info: Info, body: (tap: readonly [number, number], at: Shape4) => void): void {
  for (let i = 0; i < info.filterHeight; i++) {
    for (let j = 0; j < info.filterWidth; j++) {
      body([i, j], [0, i * info.dilationHeight, j * info.dilationWidth, 0]);
    }
  }
}

const unitStride = ({ strideHeight, strideWidth }: Info): void => {
  if (strideHeight !== 1 || strideWidth !== 1) {
    throw new Error(
      `gradient of a dilated depthwiseConv2d: expected stride 1, got ${strideHeight} × ${strideWidth}`,
    );
  }
};

compositeKernel(FILTER, ({ x, dy }, attrs) => {
  const filterShape = attrs['filterShape'] as Shape4;
  const info = geometry(x.shape as Shape4, filterShape, attrs);
  unitStride(info);
  const { batchSize, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { top, bottom, left, right } = padInfo;
  const padded = tf.pad(x as tf.Tensor4D, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const pixels = batchSize * outHeight * outWidth;
  const columns = dy.reshape([pixels, inChannels, outChannels / inChannels]);
  const taps: tf.Tensor[] = [];
  forEachTap(info, (_, at) => {
    const shifted = tf.slice(padded, at, [batchSize, outHeight, outWidth, inChannels]);
    taps.push(tf.sum(tf.mul(shifted.reshape([pixels, inChannels, 1]), columns), 0));
  });
  return tf.stack(taps).reshape(filterShape);
});

compositeKernel(INPUT, ({ dy, filter }, attrs) => {
  const inputShape = attrs['inputShape'] as Shape4;
  const info = geometry(inputShape, filter.shape as Shape4, attrs);
  unitStride(info);
  const { batchSize, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { top, bottom, left, right } = padInfo;
  const height = info.inHeight + top + bottom;
  const width = info.inWidth + left + right;
  const m = outChannels / inChannels;
  const columns = dy.reshape([batchSize, outHeight, outWidth, inChannels, m]);
  const placed: tf.Tensor[] = [];
  forEachTap(info, ([i, j], [, above, before]) => {
    const weights = tf.slice(filter, [i, j, 0, 0], [1, 1, inChannels, m]).reshape([inChannels, m]);
    placed.push(
      tf.pad(tf.sum(tf.mul(columns, weights), 4), [
        [0, 0],
        [above, height - above - outHeight],
        [before, width - before - outWidth],
        [0, 0],
      ]),
    );
  });
  return tf.slice(tf.addN(placed), [0, top, left, 0], inputShape);
});

const isOne = (value: unknown) =>
  value === undefined || value === null || [value].flat().every((d) => d === 1);

gradientInSteps(
  {
    kernelName: 'DepthwiseConv2dNative',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dyOrArray, saved, attrs) => {
      const dy = dyOrArray as tf.Tensor;
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const { strides, pad, dimRoundingMode, dilations, dataFormat } = attrs as unknown as Attrs;
      const { last, first } = channelsLast(dataFormat);
      const image = last(x);
      const given = last(dy);
      const dilated = !isOne(dilations);
      const geometryAttrs = { strides, pad, dimRoundingMode, dilations: dilations ?? 1 };
      const run = (kernel: string, inputs: Record<string, tf.Tensor>, extra: object): tf.Tensor => {
        const all = { ...geometryAttrs, ...extra };
        return dilated
          ? (runBackward(kernel, inputs, all) as tf.Tensor)
          : tf.engine().runKernel(kernel, inputs, all as never);
      };
      const [input, weights] = dilated
        ? [INPUT, FILTER]
        : ['DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'];
      return {
        x: () => first(run(input, { dy: given, filter }, { inputShape: image.shape })),
        filter: () => run(weights, { x: image, dy: given }, { filterShape: filter.shape }),
      };
    },
  },
  (_, { dilations }) => !isOne(dilations),
);
