import * as tf from '@tensorflow/tfjs';
import type { CapturedType, TraceValue } from '../capture/value.ts';
import { elementwise } from '../lowering/elementwise.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { onnxType } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { arithmeticOp, broadcastShape } from './binary.ts';
import { defineKernels, like } from './kernel.ts';

const toBool = (g: Graph, x: Ref): Ref => g.cast(x, 'bool');

/** Where, which ONNX Runtime has for numbers only. */
function choose(g: Graph, condition: Ref, yes: Ref, no: Ref, shape: readonly number[]): Ref {
  const type = yes.type === 'bool' ? 'int32' : yes.type;
  const refs = [toBool(g, condition), g.cast(yes, type), g.cast(no, type)];
  return g.cast(g.op('Where', refs, shape, {}, { type }), yes.type);
}

/** Zeros, such as the gradient of a comparison. */
function isZero(ctx: Lowering, value: TraceValue): boolean {
  if (value.source.kind !== 'node') return ctx.uniform(value) === 0;
  const { kernel, attrs } = value.source.node;
  return kernel === 'ZerosLike' || (kernel === 'Fill' && attrs['value'] === 0);
}

/**
 * a + b, where either may be an affine form with room for an addend: then the sum is one too, and
 * a ReLU after it costs no pass of its own.
 */
function lowerAdd(ctx: Lowering, a: TraceValue, b: TraceValue, y: TraceValue): void {
  for (const [zero, other] of [
    [a, b],
    [b, a],
  ]) {
    if (!isZero(ctx, zero) || !tf.util.arraysEqual([...other.shape], [...y.shape])) continue;
    const native = ctx.native(other);
    return ctx.define(y, native, () => ctx.as(other, native));
  }
  const sameShape = tf.util.arraysEqual([...a.shape], [...b.shape]);
  for (const [p, q] of [
    [a, b],
    [b, a],
  ]) {
    const affine = ctx.affine(p);
    if (!affine || affine.sum || !sameShape) continue;
    ctx.defineAffine(y, { ...affine, sum: ctx.as(q, 'blocked') });
    return;
  }
  elementwise(ctx, [a, b], y, ([p, q], shape) => arithmeticOp(ctx.graph, 'Add', p, q, shape));
}

/** a · b. TensorFlow.js spreads the gradient of a sum by a product with ones: that costs no pass. */
function lowerMultiply(ctx: Lowering, a: TraceValue, b: TraceValue, y: TraceValue): void {
  for (const [ones, other] of [
    [a, b],
    [b, a],
  ]) {
    if (ctx.uniform(ones) !== 1) continue;
    if (!tf.util.arraysEqual([...other.shape], [...y.shape])) return ctx.defineSpread(y, other);
    const native = ctx.native(other);
    return ctx.define(y, native, () => ctx.as(other, native));
  }
  elementwise(ctx, [a, b], y, ([p, q], shape) => arithmeticOp(ctx.graph, 'Mul', p, q, shape));
}

defineKernels(
  {
    name: 'Add',
    lowering: 'Add, or the addend of the preceding blocked convolution',
    infer: ({ a, b }) => [{ shape: broadcastShape(a, b), dtype: a.dtype }],
    lower: (ctx, { inputs: { a, b }, outputs: [y] }) => lowerAdd(ctx, a, b, y),
  },
  {
    name: 'Multiply',
    lowering: 'Mul; by ones: none',
    infer: ({ a, b }) => [{ shape: broadcastShape(a, b), dtype: a.dtype }],
    lower: (ctx, { inputs: { a, b }, outputs: [y] }) => lowerMultiply(ctx, a, b, y),
  },
  {
    name: 'Step',
    lowering: 'Greater, Cast (with alpha: Where); of NaN: NaN',
    infer: ({ x }) => like(x),
    lower: (ctx, { inputs: { x }, outputs: [y], attrs }) => {
      const alpha = (attrs['alpha'] as number | undefined) ?? 0;
      elementwise(ctx, [x], y, ([ref], shape) => {
        const g = ctx.graph;
        const zero = g.typed([0], [], ref.type);
        const positive = g.op('Greater', [ref, zero], shape, {}, { type: 'bool' });
        const slopes = [positive, g.float(1), g.float(alpha)];
        const slope =
          alpha === 0
            ? g.cast(positive, onnxType(y.dtype))
            : g.cast(g.op('Where', slopes, shape, {}, { type: 'float32' }), onnxType(y.dtype));
        if (ref.type !== 'float32') return slope;
        const isNan = g.op('IsNaN', [ref], shape, {}, { type: 'bool' });
        return g.op('Where', [isNan, ref, slope], shape, {}, { type: 'float32' });
      });
    },
  },
  {
    name: 'Cast',
    lowering: 'Cast',
    infer: ({ x }, attrs) => [{ shape: x.shape, dtype: attrs['dtype'] as CapturedType }],
    lower: (ctx, { inputs: { x }, outputs: [y] }) =>
      elementwise(ctx, [x], y, ([ref]) => ctx.graph.cast(ref, onnxType(y.dtype))),
  },
  {
    name: 'Identity',
    lowering: 'none',
    infer: ({ x }) => like(x),
    lower: (ctx, { inputs: { x }, outputs: [y] }) => {
      const affine = ctx.affine(x);
      if (affine) ctx.defineAffine(y, affine);
      else ctx.define(y, ctx.native(x), () => ctx.as(x, ctx.native(x)));
    },
  },
  {
    name: 'AddN',
    lowering: 'Sum',
    infer: (inputs) => like(inputs['0']),
    lower: (ctx, { inputs, outputs: [y] }) =>
      elementwise(ctx, Object.values(inputs), y, (refs, shape) =>
        // ONNX Runtime's Sum is for floats.
        refs[0].type === 'float32' && refs.length > 1
          ? ctx.graph.op('Sum', refs, shape)
          : refs.reduce((sum, ref) => arithmeticOp(ctx.graph, 'Add', sum, ref, shape)),
      ),
  },
  {
    name: 'Select',
    lowering: 'Where',
    infer: ({ t, e }) => [{ shape: t.shape, dtype: t.dtype === e.dtype ? t.dtype : 'float32' }],
    lower: (ctx, { inputs: { condition, t, e }, outputs: [y] }) => {
      const { graph: g } = ctx;
      const rows = condition.shape.length === 1 && t.shape.length > 1;
      if (rows) {
        const mask = g.reshape(toBool(g, ctx.plain(condition)), [
          condition.shape[0],
          ...t.shape.slice(1).map(() => 1),
        ]);
        return ctx.define(y, 'plain', choose(g, mask, ctx.plain(t), ctx.plain(e), y.shape));
      }
      elementwise(ctx, [condition, t, e], y, ([c, p, q], shape) => choose(g, c, p, q, shape));
    },
  },
);
