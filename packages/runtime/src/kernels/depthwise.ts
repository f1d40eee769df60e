import type { TraceValue } from '../capture/value.ts';
import { NCHWC, type Lowering } from '../lowering/lowering.ts';
import { sizeOf, type Attribute, type Graph, type Ref } from '../onnx/graph.ts';
import { geometryOf, type Geometry } from './conv-geometry.ts';
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
    const geo = geometryOf(x.shape, filter.shape, attrs, true);
    const shape = [geo.batch, geo.outChannels, ...geo.output];
    const blocked = blocks(ctx, geo);
    const layout = blocked ? 'blocked' : 'nchw';
    const weights = blocked
      ? blockedFilter(g, ctx.plain(filter), ctx.block)
      : groupedFilter(g, ctx.plain(filter));
    const options = blocked ? { domain: NCHWC } : {};
    const inputs = [ctx.as(x, layout), weights];
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

/** Σ over batch and pixels of `shifted ⊙ dY`, per tap: `[taps, C, M]`. */
function tapSums(
  ctx: Lowering,
  x: TraceValue,
  dy: TraceValue,
  geo: Geometry,
  blocked: boolean,
): Ref {
  const { graph: g, block: b } = ctx;
  const { batch: n, inChannels: c, input, output, kernel, stride, dilation, pads } = geo;
  const m = multiplier(geo);
  const last = [0, 1].map((a) => dilation[a] * (kernel[a] - 1) + stride[a] * (output[a] - 1) + 1);
  const after = [0, 1].map((a) => Math.max(0, last[a] - input[a] - pads[a]));
  const groups = blocked ? c / b : c;
  const inner = blocked ? [b] : [];
  const source = g.reshape(ctx.as(x, blocked ? 'blocked' : 'nchw'), [
    n,
    groups,
    ...input,
    ...inner,
  ]);
  const size = [0, 1].map((a) => input[a] + pads[a] + after[a]);
  const rest = inner.map(() => 0);
  const margins = g.ints([0, 0, pads[0], pads[1], ...rest, 0, 0, after[0], after[1], ...rest]);
  const still = [...pads, ...after].every((p) => p === 0);
  const padded = still ? source : g.op('Pad', [source, margins], [n, groups, ...size, ...inner]);
  const dyRef = ctx.as(dy, blocked ? 'blocked' : 'nchw');
  const sums: Ref[] = [];
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const from = [i * dilation[0], j * dilation[1]];
      const to = from.map((f, a) => f + stride[a] * (output[a] - 1) + 1);
      const ends = [g.ints(from), g.ints(to), g.ints([2, 3]), g.ints(stride)];
      const whole = from.every((f, a) => f === 0 && to[a] === size[a] && stride[a] === 1);
      const shape = [n, groups, ...output, ...inner];
      const shifted = whole ? padded : g.op('Slice', [padded, ...ends], shape);
      if (blocked) {
        const product = g.op('Mul', [g.reshape(shifted, dyRef.shape), dyRef], dyRef.shape);
        const mean = g.op('GlobalAveragePool', [product], [n, c, 1, 1], {}, { domain: NCHWC });
        sums.push(g.reshape(mean, [1, n, c]));
      } else {
        const wide = [n, c, m, ...output];
        const factors = [g.reshape(shifted, [n, c, 1, ...output]), g.reshape(dyRef, wide)];
        const product = g.op('Mul', factors, wide);
        const sum = g.op('ReduceSum', [product, g.ints([3, 4])], [n, c, m], { keepdims: 0 });
        sums.push(g.reshape(sum, [1, n, c * m]));
      }
    }
  }
  const taps = sums.length;
  const all = taps === 1 ? sums[0] : g.op('Concat', sums, [taps, n, c * m], { axis: 0 });
  const total = g.op('ReduceSum', [all, g.ints([1])], [taps, c * m], { keepdims: 0 });
  return blocked ? g.op('Mul', [total, g.float(output[0] * output[1])], total.shape) : total;
}

const backpropInput = (name: string): Kernel => ({
  name,
  lowering: 'Conv of dy with the turned filter, blocked; else ConvTranspose with groups',
  infer: (_, attrs) => [{ shape: attrs['inputShape'] as number[], dtype: 'float32' }],
  lower: (ctx, { inputs: { dy, filter }, attrs, outputs: [dx] }) => {
    const geo = geometryOf(dx.shape, filter.shape, attrs, true);
    inputGradient(ctx, dy, filter, geo, dx);
  },
});

const backpropFilter = (name: string): Kernel => ({
  name,
  lowering: 'per tap Slice, Mul and a sum per channel',
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
    const sums = tapSums(ctx, x, dy, geo, blocks(ctx, geo));
    ctx.define(dw, 'plain', ctx.graph.reshape(sums, dw.shape));
  },
});

defineKernels(
  forward,
  backpropInput('DepthwiseConv2dNativeBackpropInput'),
  backpropInput('DilatedDepthwiseBackpropInput'),
  backpropFilter('DepthwiseConv2dNativeBackpropFilter'),
  backpropFilter('DilatedDepthwiseBackpropFilter'),
);
