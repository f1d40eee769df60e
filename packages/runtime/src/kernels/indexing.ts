import * as tf from '@tensorflow/tfjs';
import type { Attrs, CapturedType, TraceNode, TraceValue } from '../capture/value.ts';
import { onnxType, type Lowering } from '../lowering/lowering.ts';
import { sizeOf, type Ref } from '../onnx/graph.ts';
import { checkedIndices } from './indices.ts';
import { defineCompositions, defineKernels, type Kernel } from './kernel.ts';

/** Kernels that read or write at computed indices. */

const axisOf = (axis: unknown, rank: number): number =>
  tf.util.parseAxisParam((axis ?? 0) as number, Array<number>(rank).fill(1))[0];

const gather: Kernel = {
  name: 'GatherV2',
  lowering: 'Gather; with batch dimensions: Gather from one flattened axis',
  infer: ({ x, indices }, attrs) => {
    const axis = axisOf(attrs['axis'], x.shape.length);
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return [{ shape, dtype: x.dtype }];
  },
  lower: (ctx, node) => {
    const { graph: g } = ctx;
    const { x, indices } = node.inputs;
    const [y] = node.outputs;
    const axis = axisOf(node.attrs['axis'], x.shape.length);
    const refs = [ctx.plain(x), checkedIndices(ctx, node, indices, [x.shape[axis]], 'int32')];
    const type = onnxType(x.dtype);
    ctx.define(y, 'plain', g.op('Gather', refs, y.shape, { axis }, { type }));
  },
};

/** A negative number of batch dimensions counts from the rank of the indices. */
const batchDimsOf = (attrs: Attrs, rank: number): number => {
  const given = (attrs['batchDims'] as number | undefined) ?? 0;
  return given < 0 ? given + rank : given;
};

/** One table for the whole batch: row b·d + i is entry i of batch element b. */
function batchedGather(x: tf.Tensor, indices: tf.Tensor, attrs: Attrs): tf.Tensor {
  const batchDims = batchDimsOf(attrs, indices.rank);
  const axis = axisOf(attrs['axis'], x.rank);
  // Throws where they do not go together.
  tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, axis, batchDims);
  const d = x.shape[axis];
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const outer = sizeOf(x.shape.slice(batchDims, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const picked = sizeOf(indices.shape.slice(batchDims));
  const table = tf
    .transpose(tf.reshape(x, [batch, outer, d, inner]), [0, 2, 1, 3])
    .reshape([batch * d, outer, inner]);
  const offsets = tf.range(0, batch, 1, 'int32').mul(tf.scalar(d, 'int32')).expandDims(1);
  const ids = tf.cast(indices, 'int32').reshape([batch, picked]);
  // An index out of range must not become a row of another batch element.
  const out = tf.logicalOr(tf.less(ids, 0), tf.greaterEqual(ids, d));
  const rows = tf.where(out, tf.fill(ids.shape, -1, 'int32'), tf.add(ids, offsets));
  const values = tf.gather(table, rows.as1D());
  return tf
    .transpose(values.reshape([batch, picked, outer, inner]), [0, 2, 1, 3])
    .reshape([
      ...x.shape.slice(0, axis),
      ...indices.shape.slice(batchDims),
      ...x.shape.slice(axis + 1),
    ]);
}

const gatherNd: Kernel = {
  name: 'GatherNd',
  lowering: 'GatherND',
  infer: ({ params, indices }) => {
    const depth = indices.shape[indices.shape.length - 1];
    if (depth > params.shape.length) {
      throw new Error(
        `expected indices of at most ${params.shape.length} numbers each, got ${depth}`,
      );
    }
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return [{ shape, dtype: params.dtype }];
  },
  lower: (ctx, node) => {
    const { params, indices } = node.inputs;
    const [y] = node.outputs;
    const sizes = params.shape.slice(0, indices.shape.at(-1));
    const refs = [ctx.plain(params), checkedIndices(ctx, node, indices, sizes, 'int64')];
    ctx.define(y, 'plain', ctx.graph.op('GatherND', refs, y.shape));
  },
};

/** A tensor of one repeated value. */
const filled = (ctx: Lowering, value: Ref, shape: readonly number[]): Ref =>
  shape.length === 0 ? value : ctx.graph.op('Expand', [value, ctx.graph.ints(shape)], shape);

/**
 * Writes updates into `base`; bools, which ONNX Runtime does not scatter, go as int32. Indices of one
 * dimension are rows of the first axis, one each.
 */
function scatter(
  ctx: Lowering,
  base: Ref,
  node: TraceNode,
  indices: TraceValue,
  updates: Ref,
  add: boolean,
): Ref {
  const { graph: g } = ctx;
  const type = base.type === 'bool' ? 'int32' : base.type;
  const depth = indices.shape.length > 1 ? (indices.shape.at(-1) as number) : 1;
  const rows = indices.shape.length > 1 ? indices.shape.slice(0, -1) : [sizeOf(indices.shape)];
  const shape = [...rows, ...base.shape.slice(depth)];
  const ids = checkedIndices(ctx, node, indices, base.shape.slice(0, depth), 'int64');
  const at = g.reshape(ids, [...rows, depth]);
  const values = g.reshape(g.cast(updates, type), shape);
  const attributes = add ? { reduction: 'add' } : {};
  const result = g.op('ScatterND', [g.cast(base, type), at, values], base.shape, attributes);
  return g.cast(result, base.type);
}

const zero = (ctx: Lowering, dtype: CapturedType): Ref => ctx.graph.typed([0], [], onnxType(dtype));

const scatterNd: Kernel = {
  name: 'ScatterNd',
  lowering: 'Expand of 0, ScatterND with addition',
  infer: ({ updates }, attrs) => [{ shape: attrs['shape'] as number[], dtype: updates.dtype }],
  lower: (ctx, node) => {
    const { indices, updates } = node.inputs;
    const [y] = node.outputs;
    const base = filled(ctx, zero(ctx, y.dtype), y.shape);
    ctx.define(y, 'plain', scatter(ctx, base, node, indices, ctx.plain(updates), true));
  },
};

const tensorScatterUpdate: Kernel = {
  name: 'TensorScatterUpdate',
  lowering: 'ScatterND',
  infer: ({ tensor }) => [{ shape: tensor.shape, dtype: tensor.dtype }],
  lower: (ctx, node) => {
    const { tensor, indices, updates } = node.inputs;
    const written = scatter(ctx, ctx.plain(tensor), node, indices, ctx.plain(updates), false);
    ctx.define(node.outputs[0], 'plain', written);
  },
};

const sparseToDense: Kernel = {
  name: 'SparseToDense',
  lowering: 'Expand of the default, ScatterND',
  infer: ({ sparseValues }, attrs) => [
    { shape: attrs['outputShape'] as number[], dtype: sparseValues.dtype },
  ],
  lower: (ctx, node) => {
    const { graph: g } = ctx;
    const { sparseIndices, sparseValues, defaultValue } = node.inputs;
    const [y] = node.outputs;
    const base = filled(ctx, g.reshape(ctx.plain(defaultValue), []), y.shape);
    // One scalar value for many indices is repeated.
    const count = sparseIndices.shape[0] ?? 1;
    const given = ctx.plain(sparseValues);
    const values = sizeOf(given.shape) === 1 ? filled(ctx, g.reshape(given, []), [count]) : given;
    const written = scatter(ctx, base, node, sparseIndices, values, false);
    ctx.define(y, 'plain', g.cast(written, onnxType(y.dtype)));
  },
};

/** Rows with an id outside the segments are collected in one more row, which is cut off. */
const segmentSum: Kernel = {
  name: 'UnsortedSegmentSum',
  lowering: 'ScatterND with addition',
  infer: ({ x, segmentIds }, attrs) => {
    if (segmentIds.shape[0] !== x.shape[0]) {
      throw new Error(`expected ${x.shape[0]} segment ids, got ${segmentIds.shape[0]}`);
    }
    return [{ shape: [attrs['numSegments'] as number, ...x.shape.slice(1)], dtype: 'float32' }];
  },
  lower: (ctx, { inputs: { x, segmentIds }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const segments = attrs['numSegments'] as number;
    const rows = segmentIds.shape[0];
    const ids = g.cast(ctx.plain(segmentIds), 'int32');
    const bool = (op: string, refs: Ref[]) => g.op(op, refs, [rows], {}, { type: 'bool' });
    const limit = g.typed([segments], [], 'int32');
    const outside = bool('Or', [
      bool('Less', [ids, g.typed([0], [], 'int32')]),
      bool('GreaterOrEqual', [ids, limit]),
    ]);
    const kept = g.op('Where', [outside, limit, ids], [rows], {}, { type: 'int32' });
    const shape = [segments + 1, ...y.shape.slice(1)];
    const sums = g.op(
      'ScatterND',
      [
        filled(ctx, g.float(0), shape),
        g.reshape(g.cast(kept, 'int64'), [rows, 1]),
        g.cast(ctx.plain(x), 'float32'),
      ],
      shape,
      { reduction: 'add' },
    );
    const ends = [g.ints([0]), g.ints([segments]), g.ints([0])];
    ctx.define(y, 'plain', g.op('Slice', [sums, ...ends], y.shape));
  },
};

const topK: Kernel = {
  name: 'TopK',
  lowering: 'TopK, Cast',
  infer: ({ x }, attrs) => {
    const shape = [...x.shape.slice(0, -1), attrs['k'] as number];
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [values, indices] }) => {
    const { graph: g } = ctx;
    const [v, i] = g.ops(
      'TopK',
      [ctx.plain(x), g.ints([attrs['k'] as number])],
      [{ shape: values.shape }, { shape: indices.shape, type: 'int64' }],
      // Unsorted order is unspecified in both; sorted is one of the valid answers.
      { axis: -1, largest: 1, sorted: 1 },
    );
    ctx.define(values, 'plain', v);
    ctx.define(indices, 'plain', g.cast(i, 'int32'));
  },
};

defineKernels(gather, gatherNd, scatterNd, tensorScatterUpdate, sparseToDense, segmentSum, topK);

/** Sum of the weights of each value `0 … size − 1` along the last axis of the values. */
function binCounts(x: tf.Tensor, weights: tf.Tensor, size: number, binary: boolean): tf.Tensor {
  const hits = tf.oneHot(tf.cast(x, 'int32'), size, 1, 0, 'float32');
  const axis = x.rank - 1;
  if (binary) return tf.cast(tf.max(hits, axis), weights.dtype);
  const weighted =
    weights.size > 0 ? tf.mul(hits, tf.expandDims(tf.cast(weights, 'float32'), -1)) : hits;
  return tf.cast(tf.sum(weighted, axis), weights.dtype);
}

defineCompositions(
  {
    name: 'GatherV2',
    lowering: 'with batch dimensions: gather from one flattened axis',
    when: ({ batchDims }) => Boolean(batchDims),
    compose: ({ x, indices }, attrs) => batchedGather(x, indices, attrs),
  },
  {
    name: 'Bincount',
    lowering: 'one-hot rows, weighted sum',
    // Of any rank it counts all elements at once, where the dense one counts row by row.
    compose: ({ x, weights }, attrs) =>
      binCounts(
        tf.reshape(x, [x.size]),
        tf.reshape(weights, [weights.size]),
        attrs['size'] as number,
        false,
      ),
  },
  {
    name: 'DenseBincount',
    lowering: 'one-hot rows, weighted sum',
    compose: ({ x, weights }, attrs) =>
      binCounts(x, weights, attrs['size'] as number, Boolean(attrs['binaryOutput'])),
  },
);
