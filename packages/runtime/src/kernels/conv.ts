import * as tf from '@tensorflow/tfjs';
import type { Attrs, TraceValue } from '../capture/value.ts';
import { NCHWC, type Lowering } from '../lowering/lowering.ts';
import type { Attribute, Graph, Ref } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/graph.ts';
import { defineKernels, type Kernel } from './kernel.ts';
import { sliceRange } from './shape.ts';
import { padAfter } from './window.ts';

/**
 * Convolutions: forward, gradient to the input, gradient to the filter. Filters are HWIO as
 * TensorFlow.js has them; README.md of this folder says why each form was chosen.
 */

type Shape4 = [number, number, number, number];

/** Geometry of a convolution; paddings in px on each side. */
export interface Geometry {
  readonly batch: number;
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** Reads a convolution's geometry from the kernel's attributes. */
export function geometryOf(
  input: readonly number[],
  filter: readonly number[],
  attrs: Attrs,
  depthwise = false,
): Geometry {
  if ((attrs['dataFormat'] ?? 'NHWC') !== 'NHWC' && attrs['dataFormat'] !== 'channelsLast') {
    throw new Error(
      `compile: convolution with dataFormat ${String(attrs['dataFormat'])}; use NHWC`,
    );
  }
  const info = tf.backend_util.computeConv2DInfo(
    input as Shape4,
    filter as Shape4,
    attrs['strides'] as number,
    (attrs['dilations'] as number | undefined) ?? 1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as 'floor' | undefined,
    depthwise,
  );
  const { top, left } = info.padInfo;
  const bottom = padAfter(
    'height',
    info.inHeight,
    info.outHeight,
    top,
    info.strideHeight,
    info.effectiveFilterHeight,
  );
  const right = padAfter(
    'width',
    info.inWidth,
    info.outWidth,
    left,
    info.strideWidth,
    info.effectiveFilterWidth,
  );
  return {
    batch: info.batchSize,
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    kernel: [info.filterHeight, info.filterWidth],
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
  };
}

/** A convolution without the zero padding layer before it: its padding becomes the convolution's. */
function unpadded(x: TraceValue, geo: Geometry): { x: TraceValue; geo: Geometry } {
  const node = x.source.kind === 'node' ? x.source.node : undefined;
  if (node?.kernel !== 'PadV2' || node.attrs['constantValue'] !== 0) return { x, geo };
  const [n, [top, bottom], [left, right], c] = node.attrs['paddings'] as [number, number][];
  if (n[0] + n[1] + c[0] + c[1] !== 0 || Math.min(top, bottom, left, right) < 0) return { x, geo };
  const inner = node.inputs['x'];
  const [t, l, b, r] = geo.pads;
  // A stride may leave the last rows of the padding unread; then there is nothing to pad.
  const pads = [t + top, l + left, b + bottom, r + right] as const;
  return {
    x: inner,
    geo: { ...geo, input: [inner.shape[1], inner.shape[2]], pads },
  };
}

const isPointwise = ({ kernel, stride, pads }: Geometry) =>
  kernel.every((k) => k === 1) && stride.every((s) => s === 1) && pads.every((p) => p === 0);

/** HWIO → `[O/b, I/b, kh, kw, b_in, b_out]`, the filter layout of blocked convolutions. */
function blockedFilter(g: Graph, filter: Ref, b: number): Ref {
  const [kh, kw, i, o] = filter.shape;
  // Taps as one axis: a transpose of fewer axes is several times faster.
  const split = g.reshape(filter, [kh * kw, i / b, b, o / b, b]);
  return g.reshape(g.transpose(split, [3, 1, 0, 2, 4]), [o, i, kh, kw]);
}

/** HWIO → `[O/b, I, kh, kw, b_out]`, for an input whose channels are fewer than a block. */
function shallowFilter(g: Graph, filter: Ref, b: number): Ref {
  const [kh, kw, i, o] = filter.shape;
  const split = g.reshape(filter, [kh * kw, i, o / b, b]);
  return g.reshape(g.transpose(split, [2, 1, 0, 3]), [o, i, kh, kw]);
}

/** HWIO → OIHW, in two steps that ONNX Runtime has fast paths for. */
function plainFilter(g: Graph, filter: Ref): Ref {
  const [kh, kw, i, o] = filter.shape;
  const rows = g.transpose(g.reshape(filter, [kh * kw * i, o]), [1, 0]);
  return g.reshape(g.transpose(g.reshape(rows, [o, kh * kw, i]), [0, 2, 1]), [o, i, kh, kw]);
}

/** HWIO filter turned by 180° with its channel axes swapped: the filter of the input gradient. */
function turnedFilter(g: Graph, filter: Ref): Ref {
  const [kh, kw, i, o] = filter.shape;
  const taps = g.reshape(filter, [kh * kw, i * o]);
  const order = Array.from({ length: kh * kw }, (_, t) => kh * kw - 1 - t);
  const turned =
    kh * kw === 1 ? taps : g.op('Gather', [taps, g.ints(order)], taps.shape, { axis: 0 });
  return g.reshape(g.transpose(g.reshape(turned, [kh * kw, i, o]), [0, 2, 1]), [kh, kw, o, i]);
}

const convAttributes = (
  geo: Pick<Geometry, 'kernel' | 'stride' | 'dilation' | 'pads'>,
): Record<string, Attribute> => ({
  kernel_shape: [...geo.kernel],
  strides: [...geo.stride],
  dilations: [...geo.dilation],
  pads: [...geo.pads],
});

/**
 * A convolution of `x` with an HWIO filter, in blocks of channels where both channel counts allow.
 * @param bias `[O]`
 */
function convolve(
  ctx: Lowering,
  x: TraceValue,
  filter: Ref,
  geo: Geometry,
  y: TraceValue,
  bias?: Ref,
  activation?: 'Relu',
): void {
  const { graph: g, block: b } = ctx;
  const attributes = { ...convAttributes(geo), ...(activation && { activation }) };
  const shape = [geo.batch, geo.outChannels, ...geo.output];
  const extra = bias ? [bias] : [];
  if (b > 0 && geo.outChannels % b === 0 && sizeOf(shape) > 0) {
    const deep = ctx.canBlock(x.shape);
    if (deep || geo.inChannels < b) {
      const input = ctx.as(x, deep ? 'blocked' : 'nchw');
      const weights = deep ? blockedFilter(g, filter, b) : shallowFilter(g, filter, b);
      const ref = g.op('Conv', [input, weights, ...extra], shape, attributes, { domain: NCHWC });
      return ctx.define(y, 'blocked', ref);
    }
  }
  const weights = plainFilter(g, filter);
  const conv = g.op('Conv', [ctx.as(x, 'nchw'), weights, ...extra], shape, convAttributes(geo));
  ctx.define(y, 'nchw', activation ? g.op(activation, [conv], shape) : conv);
}

const conv2d: Kernel = {
  name: 'Conv2D',
  lowering: 'Conv, in blocks of channels (com.microsoft.nchwc) where they divide',
  infer: ({ x, filter }, attrs) => {
    const { batch, output, outChannels } = geometryOf(x.shape, filter.shape, attrs);
    return [{ shape: [batch, ...output, outChannels], dtype: 'float32' }];
  },
  lower: (ctx, { inputs: { x, filter }, attrs, outputs: [y] }) => {
    const bare = unpadded(x, geometryOf(x.shape, filter.shape, attrs));
    convolve(ctx, bare.x, ctx.plain(filter), bare.geo, y);
  },
};

const fusedConv2d: Kernel = {
  name: 'FusedConv2D',
  lowering: 'Conv with bias, activation',
  infer: conv2d.infer,
  lower: (ctx, { inputs: { x, filter, bias }, attrs, outputs: [y] }) => {
    const activation = attrs['activation'] as string | undefined;
    if (activation !== undefined && activation !== 'linear' && activation !== 'relu') {
      throw new Error(
        `compile: fused convolution with activation ${activation}; apply it as an op of its own`,
      );
    }
    const geo = geometryOf(x.shape, filter.shape, attrs);
    const offset = bias && ctx.graph.reshape(ctx.plain(bias), [geo.outChannels]);
    convolve(ctx, x, ctx.plain(filter), geo, y, offset, activation === 'relu' ? 'Relu' : undefined);
  },
};

/** The crop of both spatial axes that alone reads a value: the gradient of a padding layer. */
function cropOf(ctx: Lowering, dx: TraceValue) {
  const node = ctx.soleUser(dx, 'Slice');
  if (!node) return undefined;
  const { begin, size } = sliceRange(dx.shape, node.attrs);
  const cropped = [0, 3].every((axis) => begin[axis] === 0 && size[axis] === dx.shape[axis]);
  return cropped ? { begin, size, output: node.outputs[0] } : undefined;
}

/**
 * dx of a convolution. Stride 1: the convolution of dy with the turned filter, padded by
 * d·(k − 1) − p. Otherwise ONNX's ConvTranspose, which is the same map.
 */
function inputGradient(
  ctx: Lowering,
  dy: TraceValue,
  filter: TraceValue,
  geo: Geometry,
  dx: TraceValue,
): void {
  const { graph: g } = ctx;
  const { kernel, dilation, pads, stride, input, output } = geo;
  const reach = [0, 1].map((a) => dilation[a] * (kernel[a] - 1));
  const before = [0, 1].map((a) => reach[a] - pads[a]);
  const after = [0, 1].map((a) => input[a] - output[a] + reach[a] - before[a]);
  if (stride.every((s) => s === 1) && [...before, ...after].every((p) => p >= 0)) {
    return convolve(
      ctx,
      dy,
      turnedFilter(g, ctx.plain(filter)),
      {
        ...geo,
        input: output,
        output: input,
        inChannels: geo.outChannels,
        outChannels: geo.inChannels,
        pads: [before[0], before[1], after[0], after[1]],
      },
      dx,
    );
  }
  // Rows that the forward pass never reached come back as output padding.
  const full = [0, 1].map((a) => (output[a] - 1) * stride[a] + reach[a] + 1 - pads[a] - input[a]);
  const ref = g.op(
    'ConvTranspose',
    [ctx.as(dy, 'nchw'), plainFilter(g, ctx.plain(filter))],
    [geo.batch, geo.inChannels, ...input],
    {
      kernel_shape: [...kernel],
      strides: [...stride],
      dilations: [...dilation],
      pads: [pads[0], pads[1], Math.max(0, full[0]), Math.max(0, full[1])],
      output_padding: full.map((f) => Math.max(0, -f)),
    },
  );
  ctx.define(dx, 'nchw', ref);
}

/**
 * dW of a convolution: `dW[i, j, c, o] = Σ_{n,y,x} X[n, s·y + d·i − p, s·x + d·j − p, c] · dY[n, y, x, o]`.
 *
 * Seen as one convolution this is a three-dimensional one over (H, W, C): the image is X with the
 * batch as its channels, the filter is dY with one tap per output pixel; stride and dilation swap
 * roles. ONNX Runtime runs it as one large matrix product without copies of shifted inputs.
 */
function filterGradient(
  ctx: Lowering,
  x: TraceValue,
  dy: TraceValue,
  geo: Geometry,
  dw: TraceValue,
): void {
  const { graph: g } = ctx;
  const {
    batch,
    input,
    output,
    kernel,
    stride,
    dilation,
    pads,
    inChannels: c,
    outChannels: o,
  } = geo;
  const pixels = batch * output[0] * output[1];
  if (isPointwise(geo)) {
    const rows = g.reshape(ctx.plain(x), [pixels, c]);
    const columns = g.reshape(ctx.plain(dy), [pixels, o]);
    const product = g.op(
      'FusedMatMul',
      [rows, columns],
      [c, o],
      { transA: 1 },
      { domain: 'com.microsoft' },
    );
    return ctx.define(dw, 'plain', g.reshape(product, dw.shape));
  }
  const taps = g.reshape(g.transpose(g.reshape(ctx.plain(dy), [pixels, o]), [1, 0]), [
    o,
    batch,
    ...output,
    1,
  ]);
  const image = g.reshape(ctx.plain(x), [1, batch, ...input, c]);
  // Padding after: what brings the number of positions to at least the kernel's size.
  const after = [0, 1].map((a) =>
    Math.max(
      0,
      dilation[a] * (kernel[a] - 1) + stride[a] * (output[a] - 1) + 1 - input[a] - pads[a],
    ),
  );
  const positions = [0, 1].map(
    (a) =>
      Math.floor((input[a] + pads[a] + after[a] - stride[a] * (output[a] - 1) - 1) / dilation[a]) +
      1,
  );
  const full = g.op('Conv', [image, taps], [1, o, ...positions, c], {
    kernel_shape: [...output, 1],
    strides: [...dilation, 1],
    dilations: [...stride, 1],
    pads: [pads[0], pads[1], 0, after[0], after[1], 0],
  });
  const exact = positions.every((p, a) => p === kernel[a])
    ? full
    : g.op('Slice', [full, g.ints([0, 0]), g.ints(kernel), g.ints([2, 3])], [1, o, ...kernel, c]);
  const flat = g.reshape(exact, [o, kernel[0] * kernel[1] * c]);
  ctx.define(dw, 'plain', g.reshape(g.transpose(flat, [1, 0]), dw.shape));
}

const backpropInput = (name: string): Kernel => ({
  name,
  lowering: 'Conv with the turned filter (stride 1), else ConvTranspose',
  infer: (_, attrs) => [{ shape: attrs['inputShape'] as number[], dtype: 'float32' }],
  lower: (ctx, { inputs: { dy, filter }, attrs, outputs: [dx] }) => {
    const geo = geometryOf(dx.shape, filter.shape, attrs);
    const crop = cropOf(ctx, dx);
    if (!crop) return inputGradient(ctx, dy, filter, geo, dx);
    const { begin, size, output } = crop;
    const [t, l, b, r] = geo.pads;
    const after = [dx.shape[1] - begin[1] - size[1], dx.shape[2] - begin[2] - size[2]];
    const pads = [t + begin[1], l + begin[2], b + after[0], r + after[1]] as const;
    inputGradient(ctx, dy, filter, { ...geo, input: [size[1], size[2]], pads }, output);
  },
});

const backpropFilter = (name: string): Kernel => ({
  name,
  lowering: 'one 3-D Conv over (H, W, C) with dY as the filter; 1×1: FusedMatMul',
  infer: (_, attrs) => [{ shape: attrs['filterShape'] as number[], dtype: 'float32' }],
  lower: (ctx, { inputs: { x, dy }, attrs, outputs: [dw] }) => {
    const bare = unpadded(x, geometryOf(x.shape, dw.shape, attrs));
    filterGradient(ctx, bare.x, dy, bare.geo, dw);
  },
});

defineKernels(
  conv2d,
  fusedConv2d,
  backpropInput('Conv2DBackpropInput'),
  backpropInput('DilatedConv2DBackpropInput'),
  backpropFilter('Conv2DBackpropFilter'),
  backpropFilter('DilatedConv2DBackpropFilter'),
);
