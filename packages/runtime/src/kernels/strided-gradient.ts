import type { TraceValue } from '../capture/value.ts';
import { NCHWC, type Lowering } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { turnedBlockedFilter } from './conv-filters.ts';
import type { Geometry } from './conv-geometry.ts';
import { gatherRows } from './row-order.ts';

/**
 * dx of a strided convolution in blocks of channels. The pixels s·t + r of one phase r see only the
 * taps i with r + p − d·i divisible by s:
 *
 * `dx[s·t + r] = Σ_i dy[t + (r + p − d·i) / s] · W[i]`
 *
 * which is a convolution of stride 1 per pair of phases. Their pixels are then put in order.
 */

/** The pixels of one axis that are ≡ r modulo the stride. */
interface Phase {
  /** Taps that reach them, in the order of the dy that each reads. Empty: these pixels are 0. */
  readonly taps: readonly number[];
  /** Distance of two taps' dy. */
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly count: number;
}

function phasesOf(geo: Geometry, axis: 0 | 1): Phase[] | undefined {
  const { kernel, stride, dilation, pads, input, output } = geo;
  const [k, s, d, p] = [kernel[axis], stride[axis], dilation[axis], pads[axis]];
  const phases = Array.from({ length: s }, (_, r) => {
    const taps = Array.from({ length: k }, (_, i) => k - 1 - i).filter(
      (i) => (r + p - d * i) % s === 0,
    );
    const count = Math.ceil((input[axis] - r) / s);
    if (taps.length === 0) return { taps, dilation: 1, before: 0, after: 0, count };
    const reads = taps.map((i) => (r + p - d * i) / s);
    return {
      taps,
      dilation: taps.length > 1 ? reads[1] - reads[0] : 1,
      before: -reads[0],
      after: count + reads[reads.length - 1] - output[axis],
      count,
    };
  });
  const sound = phases.every(
    ({ before, after, count }) => Math.min(before, after) >= 0 && count > 0,
  );
  return sound ? phases : undefined;
}

/** Blocked `[N, C, H, W]`; undefined where the channels do not divide or the padding is negative. */
export function stridedGradient(
  ctx: Lowering,
  dy: TraceValue,
  filter: Ref,
  geo: Geometry,
): Ref | undefined {
  const { graph: g, block: b } = ctx;
  const [n, h, w, c] = [geo.batch, ...geo.input, geo.inChannels];
  if (!ctx.canBlock(dy.shape) || !ctx.canBlock([n, h, w, c])) return undefined;
  const [rows, columns] = [phasesOf(geo, 0), phasesOf(geo, 1)];
  if (!rows || !columns) return undefined;
  const parts = rows.map((row) =>
    columns.map((column) => phase(ctx, dy, filter, geo, row, column)),
  );
  return interleave(g, parts, [n, c, h, w], b);
}

/** The pixels of one pair of phases, blocked; undefined where they are 0. */
function phase(
  ctx: Lowering,
  dy: TraceValue,
  filter: Ref,
  { batch, kernel, inChannels }: Geometry,
  row: Phase,
  column: Phase,
): Ref | undefined {
  const taps = row.taps.flatMap((i) => column.taps.map((j) => i * kernel[1] + j));
  if (taps.length === 0) return undefined;
  const size = [row.taps.length, column.taps.length] as const;
  return ctx.graph.op(
    'Conv',
    [ctx.as(dy, 'blocked'), turnedBlockedFilter(ctx.graph, filter, ctx.block, { taps, size })],
    [batch, inChannels, row.count, column.count],
    {
      kernel_shape: size,
      dilations: [row.dilation, column.dilation],
      pads: [row.before, column.before, row.after, column.after],
    },
    { domain: NCHWC },
  );
}

/** Pixels of phases `[rows][columns]`, blocked, in the order of the image `[N, C, H, W]`. */
function interleave(
  g: Graph,
  parts: readonly (readonly (Ref | undefined)[])[],
  [n, c, h, w]: readonly number[],
  b: number,
): Ref {
  const present = parts.flat().filter((part) => part !== undefined);
  const starts = new Map<Ref, number>();
  let length = 0;
  const pieces = present.map((part) => {
    const [, , height, width] = part.shape;
    const pixels = ((n * c) / b) * height * width;
    starts.set(part, length);
    length += pixels;
    return g.reshape(part, [pixels, b]);
  });
  const zero = length;
  if (present.length < parts.flat().length) {
    pieces.push(g.floats(new Float32Array(b), [1, b]));
    length++;
  }
  const joined = pieces.length === 1 ? pieces[0] : g.op('Concat', pieces, [length, b], { axis: 0 });
  const [sy, sx] = [parts.length, parts[0].length];
  const planes = (n * c) / b;
  const grid = parts.map((row) =>
    row.map((part) => {
      const [height, width] = part?.shape.slice(2) ?? [0, 0];
      return { start: part ? (starts.get(part) as number) : zero, height, width };
    }),
  );
  const fill = (rows: Int32Array) => {
    let at = 0;
    for (let plane = 0; plane < planes; plane++)
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++) {
          const { start, height, width } = grid[y % sy][x % sx];
          // Without pixels of its own a phase is the zero alone.
          rows[at++] =
            start +
            (plane * height + (height && Math.floor(y / sy))) * width +
            (width && Math.floor(x / sx));
        }
  };
  const key = `phases ${JSON.stringify(grid)} ${planes},${h},${w}`;
  const order = { key, length: planes * h * w, fill };
  return g.reshape(gatherRows(g, joined, b, order), [n, c, h, w]);
}
