import type { TraceValue } from '../capture/value.ts';
import { NCHWC, type Lowering } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { fromOutputBlocks } from './conv-filters.ts';
import type { Geometry } from './conv-geometry.ts';
import { selectColumns, shiftColumns } from './column-shift.ts';
import { gatherRows } from './row-order.ts';

/**
 * dW of a convolution whose channels divide into blocks, by blocked convolutions:
 *
 * `dW[i, j, c, o] = Σ_{n,y,x} X[n, s·y + d·i − p, s·x + d·j − p, c] · dY[n, y, x, o]`
 *
 * One convolution per column j of taps. Its channels are the pairs (n, x), its pixels (row, c), its
 * filter is dY with one tap per row y; the rows i of taps come from moving over the image. At
 * stride 1 it is dY that moves by columns, so that X is laid out once; else X is cut per column.
 *
 * X and dY stay in blocks: what moves is whole tiles of b pixels by b channels, and the tiles of X
 * are transposed. Both run on all threads; a transpose of all axes at once does not.
 */
export function blockedGradient(
  ctx: Lowering,
  x: TraceValue,
  dy: TraceValue,
  geo: Geometry,
): Ref | undefined {
  const { graph: g, block: b } = ctx;
  const [n, width] = [geo.batch, geo.stride[1] === 1 ? geo.input[1] : geo.output[1]];
  if (!ctx.canBlock(x.shape) || !ctx.canBlock(dy.shape) || (n * width) % b !== 0) return undefined;
  const [kh, kw] = geo.kernel;
  const columns = columnsOf(ctx, ctx.as(x, 'blocked'), ctx.as(dy, 'blocked'), geo);
  if (!columns) return undefined;
  const [fb, cb] = [geo.outChannels / b, geo.inChannels / b];
  const groups = groupsFor(cb, kh * Math.ceil(fb / 4));
  const length = (geo.inChannels / groups) * b;
  const parts = columns.map(([image, filter]) =>
    g.reshape(sumRows(g, image, filter, geo, groups, b), [groups * fb * kh, length]),
  );
  const joined =
    kw === 1 ? parts[0] : g.op('Concat', parts, [kw * groups * fb * kh, length], { axis: 0 });
  const fill = (rows: Int32Array) => {
    let at = 0;
    for (let i = 0; i < kh; i++)
      for (let j = 0; j < kw; j++)
        for (let f = 0; f < fb; f++)
          for (let group = 0; group < groups; group++)
            rows[at++] = ((j * groups + group) * fb + f) * kh + i;
  };
  const key = `taps of columns ${kh},${kw},${fb},${groups}`;
  const order = { key, length: kh * kw * fb * groups, fill };
  const shape = [kh, kw, geo.inChannels, geo.outChannels];
  return fromOutputBlocks(g, gatherRows(g, joined, length, order), shape);
}

/** For each column of taps, X and dY cut so that their columns correspond. */
function columnsOf(ctx: Lowering, x: Ref, dy: Ref, geo: Geometry): [Ref, Ref][] | undefined {
  const { graph, block } = ctx;
  const { kernel, stride, dilation, pads } = geo;
  const taps = Array.from({ length: kernel[1] }, (_, j) => j);
  if (stride[1] === 1) {
    const width = geo.input[1];
    const moved = taps.map((j) => shiftColumns(graph, dy, pads[1] - dilation[1] * j, width, block));
    return moved.every((m) => m !== undefined) ? moved.map((m) => [x, m]) : undefined;
  }
  return taps.map((j) => [selectColumns(graph, x, j, geo, block), dy]);
}

/**
 * MLAS shares out a convolution by image, four blocks of filters, and row of output: the number of
 * groups of channels, each an image of its own, that gives two threads enough of these to share.
 */
function groupsFor(blocks: number, units: number): number {
  for (let groups = 1; groups <= blocks / 2; groups++) {
    if (blocks % groups === 0 && units * groups >= 8) return groups;
  }
  return blocks % 2 === 0 ? blocks / 2 : 1;
}

/** `[groups, O, kh, C / groups]` in blocks: the taps of one column. */
function sumRows(
  g: Graph,
  image: Ref,
  filter: Ref,
  { kernel, stride, dilation, pads }: Geometry,
  groups: number,
  b: number,
): Ref {
  const [, c, height] = image.shape;
  const [, o, h] = filter.shape;
  const span = dilation[0] * (kernel[0] - 1) + stride[0] * (h - 1) + 1 - pads[0];
  const rows = Math.min(height, span);
  const pixels = imageOf(g, image, rows, groups, b);
  return g.op(
    'Conv',
    [pixels, filterOf(g, filter, b)],
    [groups, o, kernel[0], c / groups],
    {
      kernel_shape: [h, 1],
      strides: [dilation[0], 1],
      dilations: [stride[0], 1],
      pads: [pads[0], 0, span - rows, 0],
    },
    { domain: NCHWC },
  );
}

/** Blocked `[N, C, H, W]` → `[groups, N·W, rows, C / groups]` in blocks of pairs (n, x). */
function imageOf(g: Graph, x: Ref, rows: number, groups: number, b: number): Ref {
  const [n, c, h, w] = x.shape;
  const cb = c / b;
  const each = cb / groups;
  const fill = (order: Int32Array) => {
    let at = 0;
    for (let group = 0; group < groups; group++)
      for (let pair = 0; pair < n * w; pair += b)
        for (let y = 0; y < rows; y++)
          for (let k = 0; k < each; k++)
            for (let p = pair; p < pair + b; p++) {
              const image = Math.floor(p / w);
              order[at++] = ((image * cb + group * each + k) * h + y) * w + (p % w);
            }
  };
  const order = {
    key: `image ${n},${cb},${h},${w} ${rows},${groups},${b}`,
    length: n * w * rows * cb,
    fill,
  };
  const tiles = gatherRows(g, x, b, order);
  const count = order.length / b;
  const turned = g.op(
    'ReorderOutput',
    [g.reshape(tiles, [count, b, b, 1])],
    [count, b, b, 1],
    { channels: b },
    { domain: NCHWC },
  );
  return g.reshape(turned, [groups, n * w, rows, c / groups]);
}

/** Blocked `[N, F, h, W]` → the filter `[F, N·W, h, 1]` in blocks. */
function filterOf(g: Graph, y: Ref, b: number): Ref {
  const [n, f, h, w] = y.shape;
  const fb = f / b;
  const fill = (order: Int32Array) => {
    let at = 0;
    for (let k = 0; k < fb; k++)
      for (let pair = 0; pair < n * w; pair += b)
        for (let row = 0; row < h; row++)
          for (let p = pair; p < pair + b; p++) {
            order[at++] = ((Math.floor(p / w) * fb + k) * h + row) * w + (p % w);
          }
  };
  const order = { key: `filter ${n},${fb},${h},${w} ${b}`, length: n * w * h * fb, fill };
  return g.reshape(gatherRows(g, y, b, order), [f, n * w, h, 1]);
}
