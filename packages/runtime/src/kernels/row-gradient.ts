import type { TraceValue } from '../capture/value.ts';
import { NCHWC, type Lowering } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';

/**
 * The sum behind every filter gradient, by ONNX Runtime's blocked convolution, its fastest product:
 *
 * `R[i, j, c, f] = Σ_{n,y,x} A[n, s·y + d·i − p, s·x + d·j − p, c] · B[n, y, x, f]`
 *
 * One convolution per column j of taps: its image has the pairs (n, x) as channels and (Y, c) as
 * pixels, its filter is B with one tap per row y. Rows of taps come from moving over Y; columns
 * from cutting A at another offset.
 */
export interface RowSum {
  /** A `[N, H, W, C]`. */
  readonly image: TraceValue;
  /** B `[N, h, w, F]`. */
  readonly filter: TraceValue;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Zeros before the first row and column of A. */
  readonly pads: readonly number[];
  /** Taps `[kh, kw]`. */
  readonly size: readonly number[];
}

/** How (n, x) becomes blocks of channels: within a row of B, or over several images. */
function pairing(n: number, width: number, block: number): { rows: number } | undefined {
  if (block === 0) return undefined;
  if (width % block === 0) return { rows: 1 };
  const rows = block / width;
  return Number.isInteger(rows) && n % rows === 0 ? { rows } : undefined;
}

/** True when the blocked convolution takes this sum. */
export function canSumRows(ctx: Lowering, { filter }: RowSum): boolean {
  const [n, , w] = filter.shape;
  return ctx.canBlock(filter.shape) && pairing(n, w, ctx.block) !== undefined;
}

/** `[N, C, H, w]` → `[1, N·w, H, C]` in blocks of (n, x). */
function imageOf(g: Graph, x: Ref, block: number): Ref {
  const [n, c, h, w] = x.shape;
  const rows = w % block === 0 ? 1 : block / w;
  const split = rows === 1 ? [n, c, h, w / block, block] : [n / rows, rows, c, h, w];
  return g.reshape(g.transpose(g.reshape(x, split), [0, 3, 2, 1, 4]), [1, n * w, h, c]);
}

/** Blocked `[N, F, h, w]` → the filter `[F, N·w, h, 1]` in blocks. */
function filterOf(g: Graph, y: Ref, block: number): Ref {
  const [n, f, h, w] = y.shape;
  const rows = w % block === 0 ? 1 : block / w;
  const ref =
    rows === 1
      ? g.transpose(g.reshape(y, [n, f / block, h, w / block, block * block]), [1, 0, 3, 2, 4])
      : g.transpose(g.reshape(y, [n / rows, rows, f / block, h, w * block]), [2, 0, 3, 1, 4]);
  return g.reshape(ref, [f, n * w, h, 1]);
}

/**
 * The sum as `[kw][F/b, rows, C·b]`: one convolution's output per column of taps. A stride may leave
 * more rows than taps; the first `size[0]` count.
 * Only where `canSumRows` says so.
 */
export function sumRows(ctx: Lowering, sum: RowSum): readonly Ref[] {
  const { graph: g, block } = ctx;
  const { image, filter, stride, dilation, pads, size } = sum;
  const [n, height, width, c] = image.shape;
  const [, h, w, f] = filter.shape;
  const taps = filterOf(g, ctx.as(filter, 'blocked'), block);
  const span = [h, w].map((extent, a) => stride[a] * (extent - 1) + 1);
  const after = [height, width].map((extent, a) =>
    Math.max(0, dilation[a] * (size[a] - 1) + span[a] - extent - pads[a]),
  );
  const plain = ctx.as(image, 'nchw');
  const total = width + pads[1] + after[1];
  const padded =
    total === width
      ? plain
      : g.op('Pad', [plain, g.ints([0, 0, 0, pads[1], 0, 0, 0, after[1]])], [n, c, height, total]);
  const rows = Math.floor((height + pads[0] + after[0] - span[0]) / dilation[0]) + 1;
  return Array.from({ length: size[1] }, (_, j) => {
    const cut = columns(g, plain, padded, j * dilation[1] - pads[1], pads[1], w, stride[1]);
    const out = g.op(
      'Conv',
      [imageOf(g, cut, block), taps],
      [1, f, rows, c],
      {
        kernel_shape: [h, 1],
        strides: [dilation[0], 1],
        dilations: [stride[0], 1],
        pads: [pads[0], 0, after[0], 0],
      },
      { domain: NCHWC },
    );
    return g.reshape(out, [f / block, rows, c * block]);
  });
}

/** Columns `from, from + step, …`, `count` of them, of an nchw image that starts `before` px later in `padded`. */
function columns(
  g: Graph,
  plain: Ref,
  padded: Ref,
  from: number,
  before: number,
  count: number,
  step: number,
): Ref {
  const [n, c, h, width] = plain.shape;
  const end = from + step * (count - 1) + 1;
  const inside = from >= 0 && end <= width;
  if (inside && from === 0 && step === 1 && count === width) return plain;
  const [source, offset] = inside ? [plain, 0] : [padded, before];
  return g.op(
    'Slice',
    [source, g.ints([from + offset]), g.ints([end + offset]), g.ints([3]), g.ints([step])],
    [n, c, h, count],
  );
}
