import type { Graph, Ref } from '../onnx/graph.ts';

/** Layouts of a filter: TensorFlow.js's HWIO into what ONNX Runtime's convolutions take. */

/** HWIO → `[O/b, I/b, kh, kw, b_in, b_out]`, the filter layout of blocked convolutions. */
export function blockedFilter(g: Graph, filter: Ref, b: number): Ref {
  const [kh, kw, i, o] = filter.shape;
  // Taps as one axis: a transpose of fewer axes is several times faster.
  const split = g.reshape(filter, [kh * kw, i / b, b, o / b, b]);
  return g.reshape(g.transpose(split, [3, 1, 0, 2, 4]), [o, i, kh, kw]);
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
