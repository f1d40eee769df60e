import type { TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { sizeOf, type Graph, type Ref } from '../onnx/graph.ts';
import { defineKernels, like } from './kernel.ts';

/**
 * Softmax cross-entropy in few passes over the logits: classes before pixels, so that every
 * reduction and broadcast runs over long rows, and the chosen class by index instead of one-hot.
 */

interface Parts {
  /** exp(f − max f), classes on `axis`. */
  readonly exponentials: Ref;
  /** One number per pixel: max f, Σ exp(f − max f), and 1 where the id is a class. */
  readonly highest: Ref;
  readonly sum: Ref;
  readonly valid: Ref;
  /** int32, clamped into 0 … C − 1. */
  readonly index: Ref;
  readonly logits: Ref;
  readonly axis: number;
  /** Shape of one number per pixel, with 1 on the class axis. */
  readonly cell: readonly number[];
}

/** What both directions share; equal nodes are made once, so the gradient computes none of it again. */
function parts(ctx: Lowering, logits: TraceValue, ids: TraceValue): Parts {
  const { graph: g } = ctx;
  const map = logits.shape.length === 4;
  const ref = ctx.as(logits, map ? 'nchw' : 'plain');
  const axis = map ? 1 : logits.shape.length - 1;
  const cell = ref.shape.map((d, i) => (i === axis ? 1 : d));
  const classes = ref.shape[axis];
  const raw = g.reshape(g.cast(ctx.plain(ids), 'int32'), cell);
  const index = g.op(
    'Clip',
    [raw, g.typed([0], [], 'int32'), g.typed([classes - 1], [], 'int32')],
    cell,
  );
  const valid = g.cast(g.op('Equal', [raw, index], cell, {}, { type: 'bool' }), 'float32');
  const highest = g.op('ReduceMax', [ref, g.ints([axis])], cell);
  const exponentials = g.op('Exp', [g.op('Sub', [ref, highest], ref.shape)], ref.shape);
  const sum = g.op('ReduceSum', [exponentials, g.ints([axis])], cell);
  return { exponentials, highest, sum, valid, index, logits: ref, axis, cell };
}

/**
 * `values` with `addend` added at the chosen class of every pixel. ScatterElements goes through a
 * vector three times as fast as through four axes.
 */
function addAtClass(g: Graph, values: Ref, addend: Ref, { index, axis, cell }: Parts): Ref {
  const stride = sizeOf(values.shape.slice(axis + 1));
  const classes = values.shape[axis];
  const cells = sizeOf(cell);
  const first = Int32Array.from(
    { length: cells },
    (_, i) => Math.floor(i / stride) * stride * classes + (i % stride),
  );
  const offset = g.op('Mul', [index, g.typed([stride], [], 'int32')], cell);
  const at = g.op('Add', [offset, g.constant(first, cell, 'int32')], cell);
  const length = sizeOf(values.shape);
  const sum = g.op(
    'ScatterElements',
    [g.reshape(values, [length]), g.reshape(at, [cells]), g.reshape(addend, [cells])],
    [length],
    { axis: 0, reduction: 'add' },
  );
  return g.reshape(sum, values.shape);
}

defineKernels(
  {
    name: 'SoftmaxCrossEntropy',
    lowering: 'ReduceMax, Exp, ReduceSum, Log; GatherElements for the chosen class',
    infer: ({ ids }) => [{ shape: ids.shape, dtype: 'float32' }],
    lower: (ctx, { inputs: { logits, ids }, outputs: [y] }) => {
      const { graph: g } = ctx;
      const p = parts(ctx, logits, ids);
      const op = (name: string, ...refs: Ref[]) => g.op(name, refs, p.cell);
      const chosen = g.op('GatherElements', [p.logits, p.index], p.cell, { axis: p.axis });
      const normaliser = op('Add', op('Log', p.sum), p.highest);
      const loss = op('Mul', op('Sub', normaliser, chosen), p.valid);
      ctx.define(y, 'plain', g.reshape(loss, y.shape));
    },
  },
  {
    name: 'SoftmaxCrossEntropyGrad',
    lowering: 'Mul of the exponentials; ScatterElements at the chosen class',
    infer: ({ logits }) => like(logits),
    lower: (ctx, { inputs: { dy, logits, ids }, outputs: [y] }) => {
      const { graph: g } = ctx;
      const p = parts(ctx, logits, ids);
      const op = (name: string, ...refs: Ref[]) => g.op(name, refs, p.cell);
      const factor = op('Mul', g.reshape(ctx.plain(dy), p.cell), p.valid);
      const shares = g.op('Mul', [p.exponentials, op('Div', factor, p.sum)], p.logits.shape);
      const result = addAtClass(g, shares, op('Neg', factor), p);
      ctx.define(y, p.axis === 1 && p.logits.shape.length === 4 ? 'nchw' : 'plain', result);
    },
  },
);
