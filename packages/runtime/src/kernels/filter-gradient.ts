import type { TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { blockedGradient } from './blocked-gradient.ts';
import { fromInputBlocks, fromOutputBlocks } from './conv-filters.ts';
import { isPointwise, type Geometry } from './conv-geometry.ts';
import { gatherRows, tileOrder } from './row-order.ts';
import { canSumRows, sumRows } from './row-gradient.ts';

/**
 * dW of a convolution: `dW[i, j, c, o] = Σ_{n,y,x} X[n, s·y + d·i − p, s·x + d·j − p, c] · dY[n, y, x, o]`.
 *
 * Seen as one convolution this is a three-dimensional one over (H, W, channels): the image is X with
 * the batch as its channels, the filter is dY with one tap per output pixel; stride and dilation
 * swap roles. ONNX Runtime runs it as one large matrix product without copies of shifted inputs.
 *
 * Where both channel counts divide into blocks, `blockedGradient` does the same in blocks.
 *
 * At stride 1 the roles of X and dY can be exchanged: then the taps come out in reverse. The one
 * with more channels is the filter, since the other one is gathered once for every 16 of them.
 */
export function filterGradient(
  ctx: Lowering,
  x: TraceValue,
  dy: TraceValue,
  geo: Geometry,
  dw: TraceValue,
): void {
  const { graph: g } = ctx;
  const { batch, output, kernel, stride, dilation, pads, inChannels: c, outChannels: o } = geo;
  const blocked = blockedGradient(ctx, x, dy, geo);
  if (blocked) return ctx.define(dw, 'plain', blocked);
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
  if (rowGradient(ctx, x, dy, geo, dw)) return;
  const taps = kernel[0] * kernel[1];
  if (c > o && stride.every((s) => s === 1)) {
    const before = [0, 1].map((a) => dilation[a] * (kernel[a] - 1) - pads[a]);
    if (before.every((p) => p >= 0)) {
      const reversed = correlate(g, ctx.plain(dy), ctx.plain(x), [1, 1], dilation, before, kernel);
      const order = Array.from({ length: taps }, (_, t) => taps - 1 - t);
      const flat = g.transpose(g.reshape(reversed, [c, taps, o]), [1, 0, 2]);
      const turned = g.op(
        'Gather',
        [g.reshape(flat, [taps, c * o]), g.ints(order)],
        [taps, c * o],
        {
          axis: 0,
        },
      );
      return ctx.define(dw, 'plain', g.reshape(turned, dw.shape));
    }
  }
  const result = correlate(g, ctx.plain(x), ctx.plain(dy), stride, dilation, pads, kernel);
  const flat = g.reshape(result, [o, taps * c]);
  ctx.define(dw, 'plain', g.reshape(g.transpose(flat, [1, 0]), dw.shape));
}

/** dW in blocks of channels, with the roles as above; false where the shapes do not divide. */
function rowGradient(
  ctx: Lowering,
  x: TraceValue,
  dy: TraceValue,
  geo: Geometry,
  dw: TraceValue,
): boolean {
  const { graph: g } = ctx;
  const { kernel, stride, dilation, pads, inChannels: c, outChannels: o } = geo;
  const [kh, kw] = kernel;
  const common = { stride, dilation, size: kernel };
  const before = [0, 1].map((a) => dilation[a] * (kernel[a] - 1) - pads[a]);
  const exchanged = { ...common, image: dy, filter: x, pads: before };
  const undone = stride.every((s) => s === 1) && before.every((p) => p >= 0);
  if (c > o && undone && canSumRows(ctx, exchanged)) {
    const parts = sumRows(ctx, exchanged);
    const [blocks, rows, length] = parts[0].shape;
    const joined = g.op('Concat', parts, [kw * blocks, rows, length], { axis: 0 });
    // Both axes of taps come out in reverse.
    const order = tileOrder(
      `taps in reverse of ${rows} rows`,
      [kh, kw, blocks],
      (i, j, p) => ((kw - 1 - j) * blocks + p) * rows + kh - 1 - i,
    );
    const taps = gatherRows(g, joined, length, order);
    ctx.define(dw, 'plain', fromInputBlocks(g, taps, dw.shape));
    return true;
  }
  const direct = { ...common, image: x, filter: dy, pads: [pads[0], pads[1]] };
  if (!canSumRows(ctx, direct)) return false;
  const parts = sumRows(ctx, direct);
  const [blocks, rows, length] = parts[0].shape;
  const joined = g.op('Concat', parts, [kw * blocks, rows, length], { axis: 0 });
  const order = tileOrder(
    `taps of ${rows} rows`,
    [kh, kw, blocks],
    (i, j, p) => (j * blocks + p) * rows + i,
  );
  const taps = gatherRows(g, joined, length, order);
  ctx.define(dw, 'plain', fromOutputBlocks(g, taps, dw.shape));
  return true;
}

/**
 * `R[o, i, j, c] = Σ_{n,y,x} A[n, s·y + d·i − p, s·x + d·j − p, c] · B[n, y, x, o]` for i, j within
 * `size`. A `[N, H, W, C]` and B `[N, h, w, O]` plain; p is the padding before.
 */
function correlate(
  g: Graph,
  a: Ref,
  b: Ref,
  stride: readonly number[],
  dilation: readonly number[],
  pads: readonly number[],
  size: readonly number[],
): Ref {
  const [n, ...image] = a.shape;
  const [, height, width, o] = b.shape;
  const c = image[2];
  const window = [height, width];
  const rows = g.transpose(g.reshape(b, [n * height * width, o]), [1, 0]);
  // Padding after: what brings the number of positions to at least the size asked for.
  const reach = [0, 1].map((k) => stride[k] * (window[k] - 1) + 1);
  const after = [0, 1].map((k) =>
    Math.max(0, dilation[k] * (size[k] - 1) + reach[k] - image[k] - pads[k]),
  );
  const positions = [0, 1].map(
    (k) => Math.floor((image[k] + pads[k] + after[k] - reach[k]) / dilation[k]) + 1,
  );
  const full = g.op(
    'Conv',
    [g.reshape(a, [1, ...a.shape]), g.reshape(rows, [o, n, height, width, 1])],
    [1, o, ...positions, c],
    {
      kernel_shape: [height, width, 1],
      strides: [...dilation, 1],
      dilations: [...stride, 1],
      pads: [pads[0], pads[1], 0, after[0], after[1], 0],
    },
  );
  if (positions.every((p, k) => p === size[k])) return full;
  return g.op('Slice', [full, g.ints([0, 0]), g.ints(size), g.ints([2, 3])], [1, o, ...size, c]);
}
