import type { TraceValue } from '../capture/value.ts';
import { NCHWC, type Lowering } from '../lowering/lowering.ts';
import type { Attribute } from '../onnx/attribute.ts';
import type { Ref } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/graph.ts';
import {
  blockedFilter,
  plainFilter,
  shallowFilter,
  turnedBlockedFilter,
  turnedFilter,
} from './conv-filters.ts';
import { geometryOf, unpadded, type Geometry } from './conv-geometry.ts';
import { filterGradient } from './filter-gradient.ts';
import { defineKernels, type Kernel } from './kernel.ts';
import { sliceRange } from './shape.ts';
import { stridedGradient } from './strided-gradient.ts';

/** Convolutions: forward, gradient to the input, gradient to the filter. Filters are HWIO. */

const convAttributes = (
  geo: Pick<Geometry, 'kernel' | 'stride' | 'dilation' | 'pads'>,
): Record<string, Attribute> => ({
  kernel_shape: [...geo.kernel],
  strides: [...geo.stride],
  dilations: [...geo.dilation],
  pads: [...geo.pads],
});

/** A convolution's filter: HWIO, and in the layout of blocked convolutions. Made when asked for. */
interface Filter {
  readonly plain: () => Ref;
  readonly blocked: () => Ref;
}

const filterOf = (ctx: Lowering, filter: TraceValue): Filter => ({
  plain: () => ctx.plain(filter),
  blocked: () => blockedFilter(ctx.graph, ctx.plain(filter), ctx.block),
});

const turnedFilterOf = (ctx: Lowering, filter: TraceValue): Filter => ({
  plain: () => turnedFilter(ctx.graph, ctx.plain(filter)),
  blocked: () => turnedBlockedFilter(ctx.graph, ctx.plain(filter), ctx.block),
});

/**
 * A convolution of `x` with a filter, in blocks of channels where both channel counts allow.
 * @param bias `[O]`
 */
function convolve(
  ctx: Lowering,
  x: TraceValue,
  filter: Filter,
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
      const weights = deep ? filter.blocked() : shallowFilter(g, filter.plain(), b);
      const ref = g.op('Conv', [input, weights, ...extra], shape, attributes, { domain: NCHWC });
      return ctx.define(y, 'blocked', ref);
    }
  }
  const weights = plainFilter(g, filter.plain());
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
    convolve(ctx, bare.x, filterOf(ctx, filter), bare.geo, y);
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
    const relu = activation === 'relu' ? 'Relu' : undefined;
    convolve(ctx, x, filterOf(ctx, filter), geo, y, offset, relu);
  },
};

/**
 * The crop of both spatial axes that alone reads dx, the gradient of a padding layer, taken into the
 * convolution's padding; dx itself where nothing crops it.
 */
export function cropped(
  ctx: Lowering,
  dx: TraceValue,
  geo: Geometry,
): { dx: TraceValue; geo: Geometry } {
  const node = ctx.soleUser(dx, 'Slice');
  if (!node) return { dx, geo };
  const { begin, size } = sliceRange(dx.shape, node.attrs);
  const spatial = [0, 3].every((axis) => begin[axis] === 0 && size[axis] === dx.shape[axis]);
  if (!spatial) return { dx, geo };
  const [t, l, b, r] = geo.pads;
  const after = [1, 2].map((axis) => dx.shape[axis] - begin[axis] - size[axis]);
  const pads = [t + begin[1], l + begin[2], b + after[0], r + after[1]] as const;
  return { dx: node.outputs[0], geo: { ...geo, input: [size[1], size[2]], pads } };
}

/**
 * dx of a convolution. Stride 1: the convolution of dy with the turned filter, padded by
 * d·(k − 1) − p. Otherwise one such convolution per phase of the stride, where channels divide into
 * blocks; else ONNX's ConvTranspose, which is the same map.
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
      turnedFilterOf(ctx, filter),
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
  const strided = stridedGradient(ctx, dy, ctx.plain(filter), geo);
  if (strided) return ctx.define(dx, 'blocked', strided);
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

const backpropInput = (name: string): Kernel => ({
  name,
  lowering: 'Conv with the turned filter, one per phase of a stride; else ConvTranspose',
  infer: ({ dy, filter }, attrs) => {
    const shape = attrs['inputShape'] as number[];
    const { output } = geometryOf(shape, filter.shape, attrs);
    if (dy.shape[1] !== output[0] || dy.shape[2] !== output[1]) {
      throw new Error(
        `expected an image of ${output.join(' × ')}, which a convolution of [${shape.join(', ')}] ` +
          `gives, got ${dy.shape[1]} × ${dy.shape[2]}`,
      );
    }
    return [{ shape, dtype: 'float32' }];
  },
  lower: (ctx, { inputs: { dy, filter }, attrs, outputs: [dx] }) => {
    const geo = geometryOf(dx.shape, filter.shape, attrs);
    const inner = cropped(ctx, dx, geo);
    inputGradient(ctx, dy, filter, inner.geo, inner.dx);
  },
});

const backpropFilter = (name: string): Kernel => ({
  name,
  lowering:
    'Convs with dY as the filter, blocked where channels divide; else one 3-D Conv; 1×1: FusedMatMul',
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
