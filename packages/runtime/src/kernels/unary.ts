import type { Attrs, CapturedType } from '../capture/value.ts';
import { elementwise } from '../lowering/elementwise.ts';
import { onnxType } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/**
 * Elementwise functions of one tensor. TensorFlow.js gives most of them the type of their input
 * and truncates, so a function that ONNX has for floats only is cast there and back.
 */

type Emit = (g: Graph, x: Ref, shape: readonly number[], attrs: Attrs) => Ref;

const unary = (
  name: string,
  lowering: string,
  emit: Emit,
  dtype: (x: CapturedType) => CapturedType = (x) => x,
): Kernel => ({
  name,
  lowering,
  infer: ({ x }) => [{ shape: x.shape, dtype: dtype(x.dtype) }],
  lower: (ctx, { inputs: { x }, outputs: [y], attrs }) =>
    elementwise(ctx, [x], y, ([ref], shape) => {
      const { graph: g } = ctx;
      // ONNX has no arithmetic of bools: it goes through int32.
      const number = ref.type === 'bool' ? g.cast(ref, 'int32') : ref;
      return g.cast(emit(g, number, shape, attrs), onnxType(y.dtype));
    }),
});

/** A function of floats, whatever the input's type. */
const float = (
  name: string,
  lowering: string,
  emit: Emit,
  dtype?: (x: CapturedType) => CapturedType,
): Kernel =>
  unary(
    name,
    lowering,
    (g, x, shape, attrs) => {
      const type = dtype ? onnxType('float32') : x.type;
      return g.cast(emit(g, g.cast(x, 'float32'), shape, attrs), type);
    },
    dtype,
  );

const direct = (name: string): Kernel => float(name, name, (g, x, shape) => g.op(name, [x], shape));

/** An ONNX op that takes float32 and int32 as they are. */
const numeric = (name: string): Kernel =>
  unary(name, name, (g, x, shape) => g.op(name, [x], shape));

/** Rounding: an integer is its own. */
const rounding = (name: string): Kernel =>
  unary(name, name, (g, x, shape) => (x.type === 'float32' ? g.op(name, [x], shape) : x));

/** A test of each element. */
const test = (name: string, lowering: string, emit: Emit): Kernel =>
  unary(
    name,
    lowering,
    (g, x, shape, attrs) => emit(g, g.cast(x, 'float32'), shape, attrs),
    () => 'bool',
  );

const bool = (g: Graph, op: string, inputs: readonly Ref[], shape: readonly number[]): Ref =>
  g.op(op, inputs, shape, {}, { type: 'bool' });

/**
 * eˣ − 1 without cancellation near 0 (W. Kahan): with u = eˣ it is (u − 1)·x / ln u, in which the
 * rounding errors of u cancel.
 */
function expm1(g: Graph, x: Ref, shape: readonly number[]): Ref {
  const op = (name: string, ...refs: Ref[]) => g.op(name, refs, shape);
  const u = op('Exp', x);
  const minusOne = op('Sub', u, g.float(1));
  const quotient = op('Div', op('Mul', minusOne, x), op('Log', u));
  const small = bool(g, 'Less', [op('Abs', x), g.float(0.5)], shape);
  const unit = bool(g, 'Equal', [u, g.float(1)], shape);
  return g.op(
    'Where',
    [unit, x, op('Where', small, quotient, minusOne)],
    shape,
    {},
    { type: 'float32' },
  );
}

/** ln(1 + x) without cancellation near 0 (W. Kahan): with w = 1 + x it is x·ln w / (w − 1). */
function log1p(g: Graph, x: Ref, shape: readonly number[]): Ref {
  const op = (name: string, ...refs: Ref[]) => g.op(name, refs, shape);
  const w = op('Add', x, g.float(1));
  const log = op('Log', w);
  const quotient = op('Div', op('Mul', x, log), op('Sub', w, g.float(1)));
  const small = bool(g, 'Less', [op('Abs', x), g.float(0.5)], shape);
  const unit = bool(g, 'Equal', [w, g.float(1)], shape);
  return g.op(
    'Where',
    [unit, x, op('Where', small, quotient, log)],
    shape,
    {},
    { type: 'float32' },
  );
}

const isInfinite = (g: Graph, x: Ref, shape: readonly number[]) => bool(g, 'IsInf', [x], shape);
const isNan = (g: Graph, x: Ref, shape: readonly number[]) => bool(g, 'IsNaN', [x], shape);

defineKernels(
  ...['Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Cos', 'Cosh', 'Erf'].map(direct),
  ...['Log', 'Reciprocal', 'Sigmoid', 'Sin', 'Sinh', 'Softplus', 'Sqrt', 'Tan', 'Tanh'].map(direct),
  ...['Abs', 'Neg'].map(numeric),
  unary('Sign', 'Sign; of NaN: 0', (g, x, shape) => {
    const sign = g.op('Sign', [x], shape);
    if (x.type !== 'float32') return sign;
    return g.op('Where', [isNan(g, x, shape), g.float(0), sign], shape, {}, { type: 'float32' });
  }),
  ...['Ceil', 'Floor', 'Round'].map(rounding),
  float(
    'Exp',
    'Exp',
    (g, x, shape) => g.op('Exp', [x], shape),
    () => 'float32',
  ),
  unary('Square', 'Mul', (g, x, shape) => g.op('Mul', [x, x], shape)),
  float('Rsqrt', 'Sqrt, Reciprocal', (g, x, shape) =>
    g.op('Reciprocal', [g.op('Sqrt', [x], shape)], shape),
  ),
  float('Expm1', 'Exp, Log and arithmetic, exact near 0', expm1),
  float('Log1p', 'Log and arithmetic, exact near 0', log1p),
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
  float('Elu', 'Elu', (g, x, shape) => g.op('Elu', [x], shape, { alpha: { float: 1 } })),
  float('Selu', 'Selu', (g, x, shape) => g.op('Selu', [x], shape)),
  float(
    'LeakyRelu',
    'LeakyRelu',
    (g, x, shape, attrs) =>
      g.op('LeakyRelu', [x], shape, { alpha: { float: attrs['alpha'] as number } }),
    () => 'float32',
  ),
  unary(
    'LogicalNot',
    'Not',
    (g, x, shape) => bool(g, 'Not', [g.cast(x, 'bool')], shape),
    () => 'bool',
  ),
  test('IsNan', 'IsNaN', isNan),
  test('IsInf', 'IsInf', isInfinite),
  test('IsFinite', 'IsNaN, IsInf, Or, Not', (g, x, shape) => {
    const either = bool(g, 'Or', [isNan(g, x, shape), isInfinite(g, x, shape)], shape);
    return bool(g, 'Not', [either], shape);
  }),
);
