import type { TraceValue } from '../capture/value.ts';
import { NCHWC, type Lowering } from '../lowering/lowering.ts';
import type { Attribute } from '../onnx/attribute.ts';
import { sizeOf, type Graph, type Ref } from '../onnx/graph.ts';
import { cropped } from './conv.ts';
import { geometryOf, unpadded, type Geometry } from './conv-geometry.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/**
 * Depthwise convolutions: filters `[kh, kw, C, M]`, output channel c·M + m sees input channel c.
 * With M = 1 and channels that divide into blocks they run blocked, else as grouped convolutions.
 */

/** `[kh, kw, C, M]` → `[C·M, 1, kh, kw]`. */
function groupedFilter(g: Graph, filter: Ref): Ref {
  const [kh, kw, c, m] = filter.shape;
  const rows = g.transpose(g.reshape(filter, [kh * kw, c * m]), [1, 0]);
  return g.reshape(rows, [c * m, 1, kh, kw]);
}

/** `[kh, kw, C, 1]` → `[C/b, kh, kw, b]`, which blocked depthwise convolutions call `[C, 1, kh, kw]`. */
function blockedFilter(g: Graph, filter: Ref, b: number): Ref {
  const [kh, kw, c] = filter.shape;
  const split = g.transpose(g.reshape(filter, [kh * kw, c / b, b]), [1, 0, 2]);
  return g.reshape(split, [c, 1, kh, kw]);
}

/** The filter with its taps in reverse order: turned by 180°. */
function turned(g: Graph, filter: Ref): Ref {
  const [kh, kw, c, m] = filter.shape;
  if (kh * kw === 1) return filter;
  const order = Array.from({ length: kh * kw }, (_, t) => kh * kw - 1 - t);
  const taps = g.reshape(filter, [kh * kw, c * m]);
  return g.reshape(g.op('Gather', [taps, g.ints(order)], taps.shape, { axis: 0 }), filter.shape);
}

const attributesOf = (geo: Geometry): Record<string, Attribute> => ({
  group: geo.inChannels,
  kernel_shape: [...geo.kernel],
  strides: [...geo.stride],
  dilations: [...geo.dilation],
  pads: [...geo.pads],
});

const multiplier = (geo: Geometry) => geo.outChannels / geo.inChannels;

const blocks = (ctx: Lowering, geo: Geometry): boolean =>
  multiplier(geo) === 1 &&
  ctx.canBlock([geo.batch, ...geo.input, geo.inChannels]) &&
  ctx.canBlock([geo.batch, ...geo.output, geo.outChannels]);

const forward: Kernel = {
  name: 'DepthwiseConv2dNative',
  lowering: 'Conv with groups; in blocks of channels (com.microsoft.nchwc) where they divide',
  infer: ({ x, filter }, attrs) => {
    const { batch, output, outChannels } = geometryOf(x.shape, filter.shape, attrs, true);
    return [{ shape: [batch, ...output, outChannels], dtype: 'float32' }];
  },
  lower: (ctx, { inputs: { x, filter }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const bare = unpadded(x, geometryOf(x.shape, filter.shape, attrs, true));
    const { geo } = bare;
    const shape = [geo.batch, geo.outChannels, ...geo.output];
    const blocked = blocks(ctx, geo);
    const layout = blocked ? 'blocked' : 'nchw';
    const weights = blocked
      ? blockedFilter(g, ctx.plain(filter), ctx.block)
      : groupedFilter(g, ctx.plain(filter));
    const options = blocked ? { domain: NCHWC } : {};
    const inputs = [ctx.as(bare.x, layout), weights];
    ctx.define(y, layout, g.op('Conv', inputs, shape, attributesOf(geo), options));
  },
};

/** Zeros between the pixels of a blocked value, so that a stride becomes 1: `[N, C, s·h, s·w]`. */
function spread(ctx: Lowering, dy: TraceValue, [sy, sx]: readonly [number, number]): Ref {
  const { graph: g, block: b } = ctx;
  const [n, h, w, c] = dy.shape;
  const cells = g.reshape(ctx.as(dy, 'blocked'), [(n * c) / b, h, 1, w, b]);
  const pads = g.ints([0, 0, 0, 0, 0, 0, 0, sy - 1, 0, b * (sx - 1)]);
  return g.reshape(g.op('Pad', [cells, pads], [(n * c) / b, h, sy, w, b * sx]), [
    n,
    c,
    h * sy,
    w * sx,
  ]);
}

/**
 * dx: the convolution of dy, zeros put between its pixels for a stride, with the turned filter.
 * ONNX's ConvTranspose is the same map; it serves where blocks do not divide.
 */
function inputGradient(
  ctx: Lowering,
  dy: TraceValue,
  filter: TraceValue,
  geo: Geometry,
  dx: TraceValue,
): void {
  const { graph: g } = ctx;
  const { kernel, dilation, pads, stride, input, output, inChannels: c } = geo;
  const reach = [0, 1].map((a) => dilation[a] * (kernel[a] - 1));
  const before = [0, 1].map((a) => reach[a] - pads[a]);
  const after = [0, 1].map((a) => input[a] - output[a] * stride[a] + pads[a]);
  const shape = [geo.batch, c, ...input];
  const fits = [...before, ...after].every((p) => p >= 0);
  if (blocks(ctx, geo) && fits) {
    const strided = stride.some((s) => s > 1);
    const source = strided ? spread(ctx, dy, geo.stride) : ctx.as(dy, 'blocked');
    const weights = blockedFilter(g, turned(g, ctx.plain(filter)), ctx.block);
    const attributes = {
      ...attributesOf(geo),
      strides: [1, 1],
      pads: [before[0], before[1], after[0], after[1]],
    };
    const ref = g.op('Conv', [source, weights], shape, attributes, { domain: NCHWC });
    return ctx.define(dx, 'blocked', ref);
  }
  const full = [0, 1].map((a) => (output[a] - 1) * stride[a] + reach[a] + 1 - pads[a] - input[a]);
  const ref = g.op(
    'ConvTranspose',
    [ctx.as(dy, 'nchw'), groupedFilter(g, ctx.plain(filter))],
    shape,
    {
      ...attributesOf(geo),
      pads: [pads[0], pads[1], Math.max(0, full[0]), Math.max(0, full[1])],
      output_padding: full.map((f) => Math.max(0, -f)),
    },
  );
  ctx.define(dx, 'nchw', ref);
}

/**
 * dW, `[taps, C·M]`: `dW[i, j, c, m] = Σ_{n,y,x} X[n, s·y + d·i − p, s·x + d·j − p, c] · dY[n, y, x, c·M + m]`.
 *
 * Read as a depthwise convolution over N·C channels: the image is X, the filter is dY with one tap
 * per output pixel; stride and dilation swap roles. Nothing is copied, and in blocks it is some six
 * times as fast as products of shifted copies.
 */
function filterGradient(ctx: Lowering, x: TraceValue, dy: TraceValue, geo: Geometry): Ref {
  const { graph: g, block: b } = ctx;
  const { batch: n, inChannels: c, outChannels: o, input, output, kernel, stride, dilation } = geo;
  const blocked = blocks(ctx, geo);
  const layout = blocked ? 'blocked' : 'nchw';
  const [top, left] = geo.pads;
  const span = [0, 1].map((a) => dilation[a] * (kernel[a] - 1) + stride[a] * (output[a] - 1) + 1);
  const after = [0, 1].map((a) => Math.max(0, span[a] - input[a] - geo.pads[a]));
  // Pixels that the forward pass never reached make further positions, which are cut off.
  const [rows, columns] = [0, 1].map((a) => {
    const size = input[a] + geo.pads[a] + after[a] - stride[a] * (output[a] - 1) - 1;
    return Math.floor(size / dilation[a]) + 1;
  });
  const positions = g.op(
    'Conv',
    [
      g.reshape(ctx.as(x, layout), [1, n * c, ...input]),
      g.reshape(ctx.as(dy, layout), [n * o, 1, ...output]),
    ],
    [1, n * o, rows, columns],
    {
      group: n * c,
      kernel_shape: [...output],
      strides: [...dilation],
      dilations: [...stride],
      pads: [top, left, after[0], after[1]],
    },
    blocked ? { domain: NCHWC } : {},
  );
  const groups = blocked ? o / b : o;
  const inner = blocked ? b : 1;
  const apart = g.reshape(positions, [n, groups, rows, columns, inner]);
  const summed = g.op('ReduceSum', [apart, g.ints([0])], [groups, rows, columns, inner], {
    keepdims: 0,
  });
  const exact = rows === kernel[0] && columns === kernel[1];
  const ends = [g.ints([0, 0]), g.ints(kernel), g.ints([1, 2])];
  const cut = exact ? summed : g.op('Slice', [summed, ...ends], [groups, ...kernel, inner]);
  const taps = kernel[0] * kernel[1];
  return g.transpose(g.reshape(cut, [groups, taps, inner]), [1, 0, 2]);
}

const backpropInput = (name: string): Kernel => ({
  name,
  lowering: 'Conv of dy with the turned filter, blocked; else ConvTranspose with groups',
  infer: (_, attrs) => [{ shape: attrs['inputShape'] as number[], dtype: 'float32' }],
  lower: (ctx, { inputs: { dy, filter }, attrs, outputs: [dx] }) => {
    const inner = cropped(ctx, dx, geometryOf(dx.shape, filter.shape, attrs, true));
    inputGradient(ctx, dy, filter, inner.geo, inner.dx);
  },
});

const backpropFilter = (name: string): Kernel => ({
  name,
  lowering:
    'one Conv with dY as the filter, groups over batch and channels; blocked where they divide',
  infer: (_, attrs) => [{ shape: attrs['filterShape'] as number[], dtype: 'float32' }],
  lower: (ctx, { inputs: { x, dy }, attrs, outputs: [dw] }) => {
    const geo = geometryOf(x.shape, dw.shape, attrs, true);
    if (sizeOf(dy.shape) === 0) {
      return ctx.define(
        dw,
        'plain',
        ctx.graph.floats(new Float32Array(sizeOf(dw.shape)), dw.shape),
      );
    }
    const bare = unpadded(x, geo);
    const taps = filterGradient(ctx, bare.x, dy, bare.geo);
    ctx.define(dw, 'plain', ctx.graph.reshape(taps, dw.shape));
  },
});

defineKernels(
  forward,
  backpropInput('DepthwiseConv2dNativeBackpropInput'),
  backpropInput('DilatedDepthwiseBackpropInput'),
  backpropFilter('DepthwiseConv2dNativeBackpropFilter'),
  backpropFilter('DilatedDepthwiseBackpropFilter'),
);
