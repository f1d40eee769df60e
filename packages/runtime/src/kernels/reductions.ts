import * as tf from '@tensorflow/tfjs';
import type { CapturedType, TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { NCHWC, onnxType } from '../lowering/lowering.ts';
import { sizeOf, type Graph, type Ref } from '../onnx/graph.ts';
import { defineKernels, like, type Kernel } from './kernel.ts';

const axesOf = (attrs: Readonly<Record<string, unknown>>, rank: number): number[] => {
  const axis = (attrs['axis'] ?? attrs['reductionIndices']) as number | number[] | null | undefined;
  const all = Array.from({ length: rank }, (_, i) => i);
  return axis === null || axis === undefined
    ? all
    : tf.util.parseAxisParam(axis, Array<number>(rank).fill(1));
};

const reducedShape = (
  shape: readonly number[],
  axes: readonly number[],
  keepDims: boolean,
): number[] => shape.flatMap((d, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [d]));

/** Mean over the batch and both spatial axes of a blocked `[N, C, H, W]`: `[C]`. */
export function channelMean(g: Graph, x: Ref): Ref {
  const [n, c] = x.shape;
  const means = g.op('GlobalAveragePool', [x], [n, c, 1, 1], {}, { domain: NCHWC });
  return g.op('ReduceMean', [means, g.ints([0, 2, 3])], [c], { keepdims: 0 });
}

/**
 * Mean over the batch and both spatial axes of the product of two blocked `[N, C, H, W]`: `[C]`.
 *
 * A depthwise convolution whose window is the whole image has one output per image and channel, the
 * sum of products: neither is the product written to memory nor read back.
 */
export function channelProductMean(g: Graph, x: Ref, y: Ref): Ref {
  const [n, c, h, w] = x.shape;
  const planes = n * c;
  const sums = g.op(
    'Conv',
    [g.reshape(x, [1, planes, h * w, 1]), g.reshape(y, [planes, 1, h * w, 1])],
    [1, planes, 1, 1],
    { group: planes, kernel_shape: [h * w, 1] },
    { domain: NCHWC },
  );
  const total = g.op('ReduceSum', [g.reshape(sums, [n, c]), g.ints([0])], [c], { keepdims: 0 });
  return g.op('Mul', [total, g.float(1 / (n * h * w))], [c]);
}

/** Sum over the batch and both spatial axes of a blocked `[N, C, H, W]`: `[C]`. */
export function channelSum(g: Graph, x: Ref): Ref {
  const [n, c, h, w] = x.shape;
  return g.op('Mul', [channelMean(g, x), g.float(n * h * w)], [c]);
}

/** What a value is the square of, or undefined. */
const rootOf = ({ source }: TraceValue): TraceValue | undefined =>
  source.kind === 'node' && source.node.kernel === 'Square' ? source.node.inputs['x'] : undefined;

/** Position of each axis of `[N, H, W, C]` in `[N, C, H, W]`. */
const nchwAxis = [0, 2, 3, 1];

/**
 * An extremum that is NaN where an element is, as in TensorFlow.js; ONNX Runtime's skip NaN. A sum of
 * what does not lie on both sides of 0 is NaN for no other reason.
 */
function extremum(
  g: Graph,
  op: 'ReduceMax' | 'ReduceMin',
  x: Ref,
  at: readonly number[],
  shape: readonly number[],
): Ref {
  const reduced = (name: string, ref: Ref) => g.op(name, [ref, g.ints(at)], shape, { keepdims: 0 });
  const extreme = reduced(op, x);
  if (x.type !== 'float32') return extreme;
  const sum = reduced('ReduceSum', g.op('Min', [x, g.float(0)], x.shape));
  const isNan = g.op('IsNaN', [sum], shape, {}, { type: 'bool' });
  return g.op('Where', [isNan, sum, extreme], shape, {}, { type: 'float32' });
}

function reduce(
  ctx: Lowering,
  op: string,
  x: TraceValue,
  axes: number[],
  y: TraceValue,
  dtype = y.dtype,
): void {
  const { graph: g } = ctx;
  const keepDims = y.shape.length === x.shape.length && axes.length > 0;
  const emit = (ref: Ref, at: readonly number[], shape: readonly number[]) =>
    op === 'ReduceMax' || op === 'ReduceMin'
      ? extremum(g, op, ref, at, shape)
      : g.op(op, [ref, g.ints(at)], shape, { keepdims: 0 });
  if (axes.length === 0) return ctx.define(y, 'plain', ctx.plain(x));
  const everything = axes.length === x.shape.length;
  const native = ctx.native(x);
  if (everything) {
    const root = op === 'ReduceSum' && dtype === 'float32' ? rootOf(x) : undefined;
    if (root?.dtype === 'float32') {
      const flat = g.reshape(ctx.as(root, ctx.native(root)), [sizeOf(x.shape)]);
      const sum = g.op('ReduceSumSquare', [flat, g.ints([0])], [], { keepdims: 0 });
      return ctx.define(y, 'plain', g.reshape(sum, y.shape));
    }
    // The order of the elements does not matter, so any layout serves.
    const flat = g.reshape(g.cast(ctx.as(x, native), dtype), [sizeOf(x.shape)]);
    return ctx.define(y, 'plain', g.reshape(emit(flat, [0], []), y.shape));
  }
  const overPixels = axes.length === 3 && !axes.includes(3);
  if (native === 'blocked' && overPixels && op === 'ReduceSum') {
    return ctx.define(y, 'plain', g.reshape(channelSum(g, ctx.as(x, 'blocked')), y.shape));
  }
  if (native === 'plain') {
    const shape = reducedShape(x.shape, axes, false);
    return ctx.define(
      y,
      'plain',
      g.reshape(emit(g.cast(ctx.plain(x), dtype), axes, shape), y.shape),
    );
  }
  // In nchw the remaining axes come out in order N, C, H, W; plain wants N, H, W, C.
  const order = [0, 3, 1, 2].filter((axis) => !axes.includes(axis));
  const reduced = emit(
    g.cast(ctx.as(x, 'nchw'), dtype),
    axes.map((axis) => nchwAxis[axis]).sort((a, b) => a - b),
    order.map((axis) => x.shape[axis]),
  );
  if (keepDims) {
    const [n, h, w, c] = y.shape;
    return ctx.define(y, 'nchw', g.reshape(reduced, [n, c, h, w]));
  }
  const sorted = [...order].sort((a, b) => a - b);
  ctx.define(
    y,
    'plain',
    g.transpose(
      reduced,
      sorted.map((axis) => order.indexOf(axis)),
    ),
  );
}

const reduction = (
  name: string,
  op: string,
  dtype: (x: TraceValue) => CapturedType = (x) => x.dtype,
): Kernel => ({
  name,
  lowering: op,
  infer: ({ x }, attrs) => [
    {
      shape: reducedShape(x.shape, axesOf(attrs, x.shape.length), Boolean(attrs['keepDims'])),
      dtype: dtype(x),
    },
  ],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) =>
    reduce(ctx, op, x, axesOf(attrs, x.shape.length), y),
});

/** A reduction of bools, which ONNX has for numbers only. */
const logicalReduction = (name: string, op: string): Kernel => ({
  name,
  lowering: `Cast, ${op}, Cast`,
  infer: ({ x }, attrs) => [
    {
      shape: reducedShape(x.shape, axesOf(attrs, x.shape.length), Boolean(attrs['keepDims'])),
      dtype: x.dtype,
    },
  ],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const axes = axesOf(attrs, x.shape.length);
    if (axes.length === 0) return ctx.define(y, 'plain', () => ctx.plain(x));
    const bits = g.cast(g.cast(ctx.plain(x), 'bool'), 'int32');
    const shape = reducedShape(x.shape, axes, false);
    const reduced = g.op(op, [bits, g.ints(axes)], shape, { keepdims: 0 });
    ctx.define(y, 'plain', g.cast(g.reshape(reduced, y.shape), onnxType(y.dtype)));
  },
});

/**
 * The first extremum's place. TensorFlow.js begins with the first element and goes on to one that is
 * larger, so that NaN stays where it comes first and is passed over elsewhere; ONNX Runtime does one
 * or the other.
 */
function extremeIndex(
  g: Graph,
  op: 'ArgMax' | 'ArgMin',
  x: Ref,
  axis: number,
  shape: readonly number[],
): Ref {
  const indexOf = (ref: Ref) => g.op(op, [ref], shape, { axis, keepdims: 0 }, { type: 'int64' });
  if (x.type !== 'float32') return indexOf(x);
  const isNan = (ref: Ref) => g.op('IsNaN', [ref], ref.shape, {}, { type: 'bool' });
  const least = g.float(op === 'ArgMax' ? -Infinity : Infinity);
  const numbers = g.op('Where', [isNan(x), least, x], x.shape, {}, { type: 'float32' });
  const first = g.op('Gather', [x, g.typed([0], [], 'int64')], shape, { axis });
  const zero = g.typed([0], [], 'int64');
  return g.op('Where', [isNan(first), zero, indexOf(numbers)], shape, {}, { type: 'int64' });
}

const arg = (name: 'ArgMax' | 'ArgMin'): Kernel => ({
  name,
  lowering: `${name}, Cast; for NaN: IsNaN, Where`,
  infer: ({ x }, attrs) => {
    const axes = axesOf({ axis: attrs['axis'] }, x.shape.length);
    return [{ shape: reducedShape(x.shape, axes, false), dtype: 'int32' }];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const [axis] = axesOf({ axis: attrs['axis'] }, x.shape.length);
    const nchw = x.shape.length === 4 && axis === 3 && ctx.native(x) !== 'plain';
    const given = nchw ? ctx.as(x, 'nchw') : ctx.plain(x);
    const ref = given.type === 'bool' ? g.cast(given, 'int32') : given;
    const index = extremeIndex(g, name, ref, nchw ? 1 : axis, y.shape);
    ctx.define(y, 'plain', g.cast(index, 'int32'));
  },
});

/** Softmax over the last axis, in the layout of its input (axis 1 in nchw). */
const softmax = (name: string, op: string): Kernel => ({
  name,
  lowering: op,
  infer: ({ logits }) => like(logits),
  lower: (ctx, { inputs: { logits }, outputs: [y] }) => {
    const ref = ctx.plain(logits);
    ctx.define(y, 'plain', ctx.graph.op(op, [ref], y.shape, { axis: -1 }));
  },
});

defineKernels(
  {
    ...reduction('Sum', 'ReduceSum', (x) => (x.dtype === 'bool' ? 'int32' : x.dtype)),
    lowering: 'ReduceSum; of all squares: ReduceSumSquare',
  },
  reduction('Mean', 'ReduceMean', () => 'float32'),
  { ...reduction('Max', 'ReduceMax'), lowering: 'ReduceMax, and Min, ReduceSum, Where for NaN' },
  { ...reduction('Min', 'ReduceMin'), lowering: 'ReduceMin, and Min, ReduceSum, Where for NaN' },
  reduction('Prod', 'ReduceProd', (x) => (x.dtype === 'bool' ? 'int32' : x.dtype)),
  logicalReduction('All', 'ReduceMin'),
  logicalReduction('Any', 'ReduceMax'),
  arg('ArgMax'),
  arg('ArgMin'),
  softmax('Softmax', 'Softmax'),
);
