import * as tf from '@tensorflow/tfjs';
import { compositeKernel, runBackward } from './composite.ts';
import { channelsLast } from './data-format.ts';
import { gradientInSteps } from './inside-step.ts';

/**
 * TensorFlow.js refuses the gradient of a dilated convolution. Inside steps the gradient of `Conv2D`
 * is one that knows dilation: without dilation it runs the two standard
 * kernels, with dilation the two kernels below, composed of slices and matrix products per tap.
 */

const INPUT = 'DilatedConv2DBackpropInput';
const FILTER = 'DilatedConv2DBackpropFilter';

interface Conv2DAttrs {
  strides: [number, number] | number;
  pad: Parameters<typeof tf.conv2d>[3];
  dataFormat: 'NHWC' | 'NCHW';
  dilations: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4 = [number, number, number, number];

const geometry = (inputShape: Shape4, filterShape: Shape4, attrs: Conv2DAttrs) =>
  tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    attrs.strides,
    attrs.dilations,
    attrs.pad,
    attrs.dimRoundingMode,
  );

compositeKernel(FILTER, ({ x, dy }, attrs) => {
  const filterShape = attrs['filterShape'] as Shape4;
  const info = geometry(x.shape as Shape4, filterShape, attrs as unknown as Conv2DAttrs);
  const { top, bottom, left, right } = info.padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const rows = dy.reshape([-1, info.outChannels]);
  const taps: tf.Tensor[] = [];
  for (let i = 0; i < info.filterHeight; i++) {
    for (let j = 0; j < info.filterWidth; j++) {
      const shifted = tf.slice(
        padded,
        [0, i * info.dilationHeight, j * info.dilationWidth, 0],
        [info.batchSize, info.outHeight, info.outWidth, info.inChannels],
      );
      taps.push(tf.matMul(shifted.reshape([-1, info.inChannels]), rows, true, false));
    }
  }
  return tf.stack(taps).reshape(filterShape);
});

compositeKernel(INPUT, ({ dy, filter }, attrs) => {
  const inputShape = attrs['inputShape'] as Shape4;
  const info = geometry(inputShape, filter.shape as Shape4, attrs as unknown as Conv2DAttrs);
  const { top, bottom, left, right } = info.padInfo;
  const height = info.inHeight + top + bottom;
  const width = info.inWidth + left + right;
  const rows = dy.reshape([-1, info.outChannels]);
  let total: tf.Tensor | undefined;
  for (let i = 0; i < info.filterHeight; i++) {
    for (let j = 0; j < info.filterWidth; j++) {
      const weights = tf
        .slice(filter, [i, j, 0, 0], [1, 1, info.inChannels, info.outChannels])
        .reshape([info.inChannels, info.outChannels]);
      const spread = tf
        .matMul(rows, weights, false, true)
        .reshape([info.batchSize, info.outHeight, info.outWidth, info.inChannels]);
      const above = i * info.dilationHeight;
      const before = j * info.dilationWidth;
      const placed = tf.pad(spread, [
        [0, 0],
        [above, height - above - info.outHeight],
        [before, width - before - info.outWidth],
        [0, 0],
      ]);
      total = total ? tf.add(total, placed) : placed;
    }
  }
  return tf.slice(total as tf.Tensor, [0, top, left, 0], inputShape);
});

const isOne = (value: [number, number] | number) =>
  typeof value === 'number' ? value === 1 : value.every((d) => d === 1);

gradientInSteps(
  {
    kernelName: 'Conv2D',
    inputsToSave: ['x', 'filter'],
    gradFunc: (dyOrArray, saved, untyped) => {
      const dy = dyOrArray as tf.Tensor4D;
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const attrs = untyped as unknown as Conv2DAttrs;
      const { strides, pad, dataFormat, dimRoundingMode } = attrs;
      const run = (kernel: string, inputs: Record<string, tf.Tensor>, extra: object): tf.Tensor =>
        tf.engine().runKernel(kernel, inputs, { ...attrs, ...extra });
      const backward = (kernel: string, inputs: Record<string, tf.Tensor>, extra: object) =>
        runBackward(kernel, inputs, { ...attrs, ...extra }) as tf.Tensor;
      if (isOne(attrs.dilations)) {
        const standard = { strides, pad, dataFormat, dimRoundingMode };
        return {
          x: () => run('Conv2DBackpropInput', { dy, filter }, { ...standard, inputShape: x.shape }),
          filter: () =>
            run('Conv2DBackpropFilter', { x, dy }, { ...standard, filterShape: filter.shape }),
        };
      }
      const { last, first } = channelsLast(dataFormat);
      const image = last(x);
      const given = last(dy);
      const format = { dataFormat: 'NHWC' };
      return {
        x: () =>
          first(backward(INPUT, { dy: given, filter }, { ...format, inputShape: image.shape })),
        filter: () =>
          backward(FILTER, { x: image, dy: given }, { ...format, filterShape: filter.shape }),
      };
    },
  },
  (_, { dilations }) => !isOne(dilations as number),
);
