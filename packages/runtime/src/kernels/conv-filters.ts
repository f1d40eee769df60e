import { NCHWC } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { gatherRows, tileOrder } from './row-order.ts';

/** Layouts of a filter: TensorFlow.js's HWIO into what ONNX Runtime's convolutions take. */

/**
 * HWIO → `[O/b, I/b, kh, kw, b_in, b_out]`, the filter layout of blocked convolutions.
 *
 * As an image of kh·kw·I pixels with O channels it is reordered into blocks of O, then the tiles of
 * b·b numbers are put in order: both passes run on all threads and copy long runs, which one
 * transpose of five axes does not.
 */
export function blockedFilter(g: Graph, filter: Ref, b: number): Ref {
  const [kh, kw, i, o] = filter.shape;
  const taps = kh * kw;
  const pixels = g.reshape(filter, [1, taps * i, 1, o]);
  const tiles = reorder(g, 'ReorderInput', pixels, [1, o, taps * i, 1], { channels_last: 1 });
  const from = [o / b, taps, i / b];
  const order = tileOrder(
    'blocked filter',
    [from[0], from[2], taps],
    (p, q, t) => (p * taps + t) * from[2] + q,
  );
  return g.reshape(gatherRows(g, tiles, b * b, order), [o, i, kh, kw]);
}

/** Taps of a filter, row by row, and how many rows and columns of taps they make. */
interface Taps {
  readonly taps: readonly number[];
  readonly size: readonly [number, number];
}

const turnedTaps = ([kh, kw]: readonly number[]): Taps => ({
  taps: Array.from({ length: kh * kw }, (_, t) => kh * kw - 1 - t),
  size: [kh, kw],
});

/**
 * HWIO → `[I/b, O/b, kh, kw, b_out, b_in]`, the taps in reverse or those given: the filter, in
 * blocks, of the convolution that gives the input gradient.
 */
export function turnedBlockedFilter(
  g: Graph,
  filter: Ref,
  b: number,
  { taps, size }: Taps = turnedTaps(filter.shape),
): Ref {
  const [kh, kw, i, o] = filter.shape;
  const images = g.reshape(filter, [kh * kw, i, o, 1]);
  const tiles = reorder(g, 'ReorderInput', images, images.shape, {});
  const [ib, ob] = [i / b, o / b];
  const order = tileOrder(
    `turned filter of taps ${taps.join()}`,
    [ib, ob, taps.length],
    (p, q, t) => (taps[t] * ib + p) * ob + q,
  );
  return g.reshape(gatherRows(g, tiles, b * b, order), [i, o, ...size]);
}

const reorder = (
  g: Graph,
  op: 'ReorderInput' | 'ReorderOutput',
  x: Ref,
  shape: readonly number[],
  attributes: Readonly<Record<string, number>>,
): Ref => g.op(op, [x], shape, attributes, { domain: NCHWC });

/** `[taps, O/b, I, b_out]` → HWIO. */
export function fromOutputBlocks(g: Graph, x: Ref, shape: readonly number[]): Ref {
  const [kh, kw, i, o] = shape;
  const images = g.reshape(x, [kh * kw, o, i, 1]);
  const attributes = { channels: o, channels_last: 1 };
  return g.reshape(reorder(g, 'ReorderOutput', images, [kh * kw, i, 1, o], attributes), shape);
}

/** `[taps, I/b, O, b_in]` → HWIO. */
export function fromInputBlocks(g: Graph, x: Ref, shape: readonly number[]): Ref {
  const [kh, kw, i, o] = shape;
  const images = g.reshape(x, [kh * kw, i, o, 1]);
  return g.reshape(reorder(g, 'ReorderOutput', images, images.shape, { channels: i }), shape);
}

/** HWIO → `[O/b, I, kh, kw, b_out]`, for an input whose channels are fewer than a block. */
export function shallowFilter(g: Graph, filter: Ref, b: number): Ref {
  const [kh, kw, i, o] = filter.shape;
  const split = g.reshape(filter, [kh * kw, i, o / b, b]);
  return g.reshape(g.transpose(split, [2, 1, 0, 3]), [o, i, kh, kw]);
}

/** HWIO → OIHW, in two steps that ONNX Runtime has fast paths for. */
export function plainFilter(g: Graph, filter: Ref): Ref {
  const [kh, kw, i, o] = filter.shape;
  const rows = g.transpose(g.reshape(filter, [kh * kw * i, o]), [1, 0]);
  return g.reshape(g.transpose(g.reshape(rows, [o, kh * kw, i]), [0, 2, 1]), [o, i, kh, kw]);
}

/** HWIO filter turned by 180° with its channel axes swapped: the filter of the input gradient. */
export function turnedFilter(g: Graph, filter: Ref): Ref {
  const [kh, kw, i, o] = filter.shape;
  const taps = g.reshape(filter, [kh * kw, i * o]);
  const order = Array.from({ length: kh * kw }, (_, t) => kh * kw - 1 - t);
  const turned =
    kh * kw === 1 ? taps : g.op('Gather', [taps, g.ints(order)], taps.shape, { axis: 0 });
  return g.reshape(g.transpose(g.reshape(turned, [kh * kw, i, o]), [0, 2, 1]), [kh, kw, o, i]);
}
