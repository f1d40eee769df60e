import * as tf from '@tensorflow/tfjs';
import type { Attrs, TraceValue } from '../capture/value.ts';
import { NCHWC, onnxType, type Lowering } from '../lowering/lowering.ts';
import type { Attribute } from '../onnx/attribute.ts';
import { sizeOf } from '../onnx/graph.ts';
import { defineCompositions, defineKernels, type Kernel } from './kernel.ts';
import { padAfter } from './window.ts';

/** Pooling over windows of the two spatial axes. */

type Shape4 = [number, number, number, number];

/** What a pool over an image does, from the attributes of its kernel. */
export const poolInfo = (shape: readonly number[], attrs: Attrs) =>
  tf.backend_util.computePool2DInfo(
    shape as Shape4,
    attrs['filterSize'] as number,
    attrs['strides'] as number,
    1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as 'floor' | undefined,
  );

type Info = ReturnType<typeof poolInfo>;

/** A window of one pixel that keeps the shape: TensorFlow.js gives the image back, whatever stride and padding. */
const keepsAll = ({ filterHeight, filterWidth, inShape, outShape }: Info): boolean =>
  filterHeight === 1 && filterWidth === 1 && tf.util.arraysEqual(inShape, outShape);

/** Attributes of the ONNX pool. */
export function poolAttributes(info: Info): Record<string, Attribute> {
  const { top, left } = info.padInfo;
  const { inHeight, outHeight, strideHeight, filterHeight } = info;
  const { inWidth, outWidth, strideWidth, filterWidth } = info;
  const bottom = padAfter('height', inHeight, outHeight, top, strideHeight, filterHeight);
  const right = padAfter('width', inWidth, outWidth, left, strideWidth, filterWidth);
  return {
    kernel_shape: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    pads: [top, left, bottom, right],
  };
}

function pool(
  ctx: Lowering,
  op: string,
  x: TraceValue,
  info: Info,
  y: TraceValue,
  extra: Readonly<Record<string, Attribute>> = {},
): void {
  const { graph: g } = ctx;
  const [n, h, w, c] = y.shape;
  if (keepsAll(info)) return ctx.define(y, ctx.native(x), ctx.as(x, ctx.native(x)));
  // Worth a reordering only where the value is blocked already.
  const blocked = ctx.canBlock(x.shape) && ctx.canBlock(y.shape) && ctx.native(x) === 'blocked';
  const layout = blocked ? 'blocked' : 'nchw';
  const attributes = { ...poolAttributes(info), ...extra };
  const options = blocked ? { domain: NCHWC } : {};
  const input = g.cast(ctx.as(x, layout), 'float32');
  const pooled = g.op(op, [input], [n, c, h, w], attributes, options);
  ctx.define(y, layout, g.cast(pooled, onnxType(y.dtype)));
}

const pooling = (name: string, op: string, extra: Readonly<Record<string, Attribute>>): Kernel => ({
  name,
  lowering: `${op}, in blocks of channels where the input is`,
  infer: ({ x }, attrs) => [{ shape: poolInfo(x.shape, attrs).outShape, dtype: x.dtype }],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) =>
    pool(ctx, op, x, poolInfo(x.shape, attrs), y, extra),
});

/** dy goes to the first maximum of each window, where ONNX and TensorFlow.js both put it. */
const maxPoolGrad: Kernel = {
  name: 'MaxPoolGrad',
  lowering: 'MaxPool with indices, ScatterElements with addition',
  infer: ({ input }) => [{ shape: input.shape, dtype: 'float32' }],
  lower: (ctx, { inputs: { dy, input }, attrs, outputs: [dx] }) => {
    const { graph: g } = ctx;
    const [n, h, w, c] = input.shape;
    const [, outH, outW] = dy.shape;
    const info = poolInfo(input.shape, attrs);
    const [, indices] = g.ops(
      'MaxPool',
      [g.cast(ctx.as(input, 'nchw'), 'float32')],
      [{ shape: [n, c, outH, outW] }, { shape: [n, c, outH, outW], type: 'int64' }],
      poolAttributes(info),
    );
    const size = sizeOf(input.shape);
    const count = sizeOf(dy.shape);
    const zeros = g.op('Expand', [g.float(0), g.ints([size])], [size]);
    const scattered = g.op(
      'ScatterElements',
      [zeros, g.reshape(indices, [count]), g.reshape(ctx.as(dy, 'nchw'), [count])],
      [size],
      { axis: 0, reduction: 'add' },
    );
    ctx.define(dx, 'nchw', g.reshape(scattered, [n, c, h, w]));
  },
};

defineKernels(
  pooling('MaxPool', 'MaxPool', {}),
  pooling('AvgPool', 'AveragePool', { count_include_pad: 0 }),
  maxPoolGrad,
);

/** True where ONNX Runtime refuses the padding: it takes none as wide as the window. */
const isWide = (attrs: Attrs, shape: readonly number[]): boolean => {
  const info = poolInfo(shape, attrs);
  const { padInfo, filterHeight, filterWidth } = info;
  const { top, bottom, left, right } = padInfo;
  if (keepsAll(info)) return false;
  return Math.max(top, bottom) >= filterHeight || Math.max(left, right) >= filterWidth;
};

/** An image with what lies outside it, for a window that then needs no padding. */
function paddedBy(x: tf.Tensor, { padInfo }: Info, outside: number): tf.Tensor {
  const { top, bottom, left, right } = padInfo;
  return tf.pad(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    outside,
  );
}

const run = (name: string, inputs: Record<string, tf.Tensor>, attrs: Attrs): tf.Tensor =>
  tf.engine().runKernel(name, inputs, { ...attrs, pad: 'valid' });

/** Just above the least number of float32. */
const LEAST = -3.402823e38;

const WIDE = 'padding as wide as the window: Pad before it';

defineCompositions(
  {
    name: 'MaxPool',
    lowering: WIDE,
    when: (attrs, { x }) => isWide(attrs, x.shape),
    compose: ({ x }, attrs) => {
      const y = run('MaxPool', { x: paddedBy(x, poolInfo(x.shape, attrs), -Infinity) }, attrs);
      // Of a window without a pixel ONNX Runtime gives the least number.
      return tf.where(tf.less(y, LEAST), tf.fill(y.shape, -Infinity), y);
    },
  },
  {
    name: 'MaxPoolGrad',
    lowering: WIDE,
    when: (attrs, { input }) => isWide(attrs, input.shape),
    compose: ({ dy, input, output }, attrs) => {
      const info = poolInfo(input.shape, attrs);
      const inputs = { dy, input: paddedBy(input, info, -Infinity), output };
      const { top, left } = info.padInfo;
      return tf.slice(run('MaxPoolGrad', inputs, attrs), [0, top, left, 0], input.shape);
    },
  },
  {
    name: 'AvgPoolGrad',
    lowering: 'transposed depthwise convolution of dy / (k_h·k_w) with ones',
    // As the kernel is, also where the window is cut off; inside steps the gradient is another one.
    compose: ({ dy, input }, attrs) => {
      const { filterHeight, filterWidth, inChannels } = poolInfo(input.shape, attrs);
      const filter = tf.ones([filterHeight, filterWidth, inChannels, 1]);
      const shares = tf.div(dy, filterHeight * filterWidth);
      return tf
        .engine()
        .runKernel<tf.Tensor>('DepthwiseConv2dNativeBackpropInput', { dy: shares, filter }, {
          ...{ strides: attrs['strides'], pad: attrs['pad'], dilations: 1 },
          ...{ dimRoundingMode: attrs['dimRoundingMode'], inputShape: input.shape },
        } as never);
    },
  },
  {
    name: 'AvgPool',
    lowering: WIDE,
    when: (attrs, { x }) => isWide(attrs, x.shape),
    compose: ({ x }, attrs) => {
      const info = poolInfo(x.shape, attrs);
      // The mean over the part of a window that lies inside: not a number where none does.
      const inside = run('AvgPool', { x: paddedBy(tf.onesLike(x), info, 0) }, attrs);
      return tf.div(run('AvgPool', { x: paddedBy(x, info, 0) }, attrs), inside);
    },
  },
);
