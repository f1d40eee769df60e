import * as tf from '@tensorflow/tfjs';
import type { CapturedType, TraceValue } from '../capture/value.ts';
import { elementwise } from '../lowering/elementwise.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { onnxType } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { defineKernels, like, type Kernel } from './kernel.ts';

/** Shape of the broadcast of two values. */
const broadcast = (a: TraceValue, b: TraceValue): number[] =>
  tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);

type Emit = (
  g: Graph,
  x: Ref,
  shape: readonly number[],
  attrs: Readonly<Record<string, unknown>>,
) => Ref;

const unary = (name: string, lowering: string, emit: Emit): Kernel => ({
  name,
  lowering,
  infer: ({ x }) => like(x),
  lower: (ctx, { inputs: { x }, outputs: [y], attrs }) =>
    elementwise(ctx, [x], y, ([ref], shape) => emit(ctx.graph, ref, shape, attrs)),
});

const direct = (name: string, op: string = name): Kernel =>
  unary(name, op, (g, x, shape) => g.op(op, [x], shape));

const binary = (
  name: string,
  lowering: string,
  dtype: 'as a' | CapturedType,
  emit: (g: Graph, a: Ref, b: Ref, shape: readonly number[]) => Ref,
): Kernel => ({
  name,
  lowering,
  infer: ({ a, b }) => [{ shape: broadcast(a, b), dtype: dtype === 'as a' ? a.dtype : dtype }],
  lower: (ctx, { inputs: { a, b }, outputs: [y] }) =>
    elementwise(ctx, [a, b], y, ([p, q], shape) => emit(ctx.graph, p, q, shape)),
});

const arithmetic = (name: string, op: string): Kernel =>
  binary(name, op, 'as a', (g, a, b, shape) => g.op(op, [a, b], shape));

const comparison = (name: string, op: string): Kernel =>
  binary(name, op, 'bool', (g, a, b, shape) => g.op(op, [a, b], shape, {}, { type: 'bool' }));

/** Comparisons of bools go through int32, which every ONNX comparison takes. */
const equality = (name: string, negate: boolean): Kernel =>
  binary(name, negate ? 'Equal, Not' : 'Equal', 'bool', (g, a, b, shape) => {
    const equal = g.op('Equal', [a, b], shape, {}, { type: 'bool' });
    return negate ? g.op('Not', [equal], shape, {}, { type: 'bool' }) : equal;
  });

const toBool = (g: Graph, x: Ref): Ref => g.cast(x, 'bool');

const logical = (name: string, op: string): Kernel =>
  binary(name, op, 'bool', (g, a, b, shape) =>
    g.op(op, [toBool(g, a), toBool(g, b)], shape, {}, { type: 'bool' }),
  );

/** max(x, 0), absorbing a preceding per-channel affine form into one pass. */
function lowerRelu(ctx: Lowering, x: TraceValue, y: TraceValue): void {
  const affine = ctx.affine(x);
  if (affine) ctx.define(y, 'blocked', ctx.emitAffine(affine, true));
  else elementwise(ctx, [x], y, ([ref], shape) => ctx.graph.op('Relu', [ref], shape));
}

/**
 * a + b, where either may be an affine form with room for an addend: then the sum is one too, and
 * a ReLU after it costs no pass of its own.
 */
function lowerAdd(ctx: Lowering, a: TraceValue, b: TraceValue, y: TraceValue): void {
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
  elementwise(ctx, [a, b], y, ([p, q], shape) => ctx.graph.op('Add', [p, q], shape));
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
  elementwise(ctx, [a, b], y, ([p, q], shape) => ctx.graph.op('Mul', [p, q], shape));
}

/** The ReLU of the same value, if the step computes one: its sign is the same, and it is at hand. */
const reluOf = (ctx: Lowering, x: TraceValue): TraceValue | undefined =>
  ctx.users(x).find((node) => node.kernel === 'Relu')?.outputs[0];

defineKernels(
  {
    name: 'Relu',
    lowering: 'Relu, or the activation of the preceding blocked convolution',
    infer: ({ x }) => like(x),
    lower: (ctx, { inputs: { x }, outputs: [y] }) => lowerRelu(ctx, x, y),
  },
  {
    name: 'Add',
    lowering: 'Add, or the addend of the preceding blocked convolution',
    infer: ({ a, b }) => [{ shape: broadcast(a, b), dtype: a.dtype }],
    lower: (ctx, { inputs: { a, b }, outputs: [y] }) => lowerAdd(ctx, a, b, y),
  },
  {
    name: 'Step',
    lowering: 'Greater, Cast (with alpha: Where)',
    infer: ({ x }) => like(x),
    lower: (ctx, { inputs: { x }, outputs: [y], attrs }) => {
      const alpha = (attrs['alpha'] as number | undefined) ?? 0;
      const source = alpha === 0 ? (reluOf(ctx, x) ?? x) : x;
      elementwise(ctx, [source], y, ([ref], shape) => {
        const g = ctx.graph;
        const positive = g.op('Greater', [ref, g.float(0)], shape, {}, { type: 'bool' });
        if (alpha === 0) return g.cast(positive, 'float32');
        return g.op(
          'Where',
          [positive, g.float(1), g.float(alpha)],
          shape,
          {},
          { type: 'float32' },
        );
      });
    },
  },
  direct('Abs'),
  direct('Acos'),
  direct('Acosh'),
  direct('Asin'),
  direct('Asinh'),
  direct('Atan'),
  direct('Atanh'),
  direct('Ceil'),
  direct('Cos'),
  direct('Cosh'),
  direct('Erf'),
  direct('Exp'),
  direct('Floor'),
  direct('Log'),
  direct('Neg'),
  direct('Reciprocal'),
  direct('Round'),
  direct('Sigmoid'),
  direct('Sign'),
  direct('Sin'),
  direct('Sinh'),
  direct('Softplus'),
  direct('Sqrt'),
  direct('Tan'),
  direct('Tanh'),
  unary('Square', 'Mul', (g, x, shape) => g.op('Mul', [x, x], shape)),
  unary('Rsqrt', 'Sqrt, Reciprocal', (g, x, shape) =>
    g.op('Reciprocal', [g.op('Sqrt', [x], shape)], shape),
  ),
  unary('Expm1', 'Exp, Sub', (g, x, shape) =>
    g.op('Sub', [g.op('Exp', [x], shape), g.float(1)], shape),
  ),
  unary('Log1p', 'Add, Log', (g, x, shape) =>
    g.op('Log', [g.op('Add', [x, g.float(1)], shape)], shape),
  ),
  unary('Relu6', 'Clip', (g, x, shape) => g.op('Clip', [x, g.float(0), g.float(6)], shape)),
  unary('ClipByValue', 'Clip', (g, x, shape, attrs) =>
    g.op(
      'Clip',
      [
        x,
        g.typed([attrs['clipValueMin'] as number], [], x.type),
        g.typed([attrs['clipValueMax'] as number], [], x.type),
      ],
      shape,
    ),
  ),
  unary('Elu', 'Elu', (g, x, shape) => g.op('Elu', [x], shape, { alpha: { float: 1 } })),
  unary('Selu', 'Selu', (g, x, shape) => g.op('Selu', [x], shape)),
  unary('LeakyRelu', 'LeakyRelu', (g, x, shape, attrs) =>
    g.op('LeakyRelu', [x], shape, { alpha: { float: attrs['alpha'] as number } }),
  ),
  {
    name: 'LogicalNot',
    lowering: 'Not',
    infer: ({ x }) => [{ shape: x.shape, dtype: 'bool' }],
    lower: (ctx, { inputs: { x }, outputs: [y] }) =>
      elementwise(ctx, [x], y, ([ref], shape) =>
        ctx.graph.op('Not', [toBool(ctx.graph, ref)], shape, {}, { type: 'bool' }),
      ),
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
  arithmetic('Sub', 'Sub'),
  {
    name: 'Multiply',
    lowering: 'Mul; none where a factor is 1',
    infer: ({ a, b }) => [{ shape: broadcast(a, b), dtype: a.dtype }],
    lower: (ctx, { inputs: { a, b }, outputs: [y] }) => lowerMultiply(ctx, a, b, y),
  },
  arithmetic('Maximum', 'Max'),
  arithmetic('Minimum', 'Min'),
  binary('RealDiv', 'Div', 'float32', (g, a, b, shape) =>
    g.op('Div', [g.cast(a, 'float32'), g.cast(b, 'float32')], shape),
  ),
  binary('SquaredDifference', 'Sub, Mul', 'as a', (g, a, b, shape) => {
    const difference = g.op('Sub', [a, b], shape);
    return g.op('Mul', [difference, difference], shape);
  }),
  binary('Pow', 'Pow', 'as a', (g, a, b, shape) => g.op('Pow', [a, b], shape)),
  binary('FloorDiv', 'Div, Floor, Cast', 'int32', (g, a, b, shape) =>
    g.cast(
      g.op('Floor', [g.op('Div', [g.cast(a, 'float32'), g.cast(b, 'float32')], shape)], shape),
      'int32',
    ),
  ),
  comparison('Greater', 'Greater'),
  comparison('GreaterEqual', 'GreaterOrEqual'),
  comparison('Less', 'Less'),
  comparison('LessEqual', 'LessOrEqual'),
  equality('Equal', false),
  equality('NotEqual', true),
  logical('LogicalAnd', 'And'),
  logical('LogicalOr', 'Or'),
  {
    name: 'AddN',
    lowering: 'Sum',
    infer: (inputs) => like(inputs['0']),
    lower: (ctx, { inputs, outputs: [y] }) =>
      elementwise(ctx, Object.values(inputs), y, (refs, shape) =>
        refs.length === 1 ? refs[0] : ctx.graph.op('Sum', refs, shape),
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
        ctx.define(
          y,
          'plain',
          g.op(
            'Where',
            [mask, ctx.plain(t), ctx.plain(e)],
            y.shape,
            {},
            { type: onnxType(y.dtype) },
          ),
        );
        return;
      }
      elementwise(ctx, [condition, t, e], y, ([c, p, q], shape) =>
        g.op('Where', [toBool(g, c), p, q], shape, {}, { type: onnxType(y.dtype) }),
      );
    },
  },
);
