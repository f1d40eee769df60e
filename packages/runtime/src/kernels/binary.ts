import * as tf from '@tensorflow/tfjs';
import type { CapturedType, TraceValue } from '../capture/value.ts';
import { elementwise } from '../lowering/elementwise.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { defineCompositions, defineKernels, type Kernel } from './kernel.ts';

/** Elementwise functions of two tensors, with broadcasting. */

type Emit = (g: Graph, a: Ref, b: Ref, shape: readonly number[]) => Ref;

/** Shape of the broadcast of two values. */
export const broadcastShape = (a: TraceValue, b: TraceValue): number[] =>
  tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);

const binary = (
  name: string,
  lowering: string,
  dtype: 'as a' | CapturedType,
  emit: Emit,
): Kernel => ({
  name,
  lowering,
  infer: ({ a, b }) => [{ shape: broadcastShape(a, b), dtype: dtype === 'as a' ? a.dtype : dtype }],
  lower: (ctx, { inputs: { a, b }, outputs: [y] }) =>
    elementwise(ctx, [a, b], y, ([p, q], shape) => emit(ctx.graph, p, q, shape)),
});

/** ONNX has no arithmetic of bools: it goes through int32. */
const number = (g: Graph, x: Ref): Ref => (x.type === 'bool' ? g.cast(x, 'int32') : x);

/** An ONNX arithmetic op that keeps the operands' type. */
export const arithmeticOp = (g: Graph, op: string, a: Ref, b: Ref, shape: readonly number[]): Ref =>
  g.cast(g.op(op, [number(g, a), number(g, b)], shape), a.type);

const arithmetic = (name: string, op: string): Kernel =>
  binary(name, op, 'as a', (g, a, b, shape) => arithmeticOp(g, op, a, b, shape));

const bool = (g: Graph, op: string, inputs: readonly Ref[], shape: readonly number[]): Ref =>
  g.op(op, inputs, shape, {}, { type: 'bool' });

const comparison = (name: string, op: string): Kernel =>
  binary(name, op, 'bool', (g, a, b, shape) => bool(g, op, [number(g, a), number(g, b)], shape));

const equality = (name: string, negate: boolean): Kernel =>
  binary(name, negate ? 'Equal, Not' : 'Equal', 'bool', (g, a, b, shape) => {
    const equal = bool(g, 'Equal', [a, b], shape);
    return negate ? bool(g, 'Not', [equal], shape) : equal;
  });

const logical = (name: string, op: string): Kernel =>
  binary(name, op, 'bool', (g, a, b, shape) =>
    bool(g, op, [g.cast(a, 'bool'), g.cast(b, 'bool')], shape),
  );

const negative = (g: Graph, x: Ref, shape: readonly number[]) =>
  bool(g, 'Less', [x, g.typed([0], [], x.type)], shape);

const select = (g: Graph, condition: Ref, yes: Ref, no: Ref, shape: readonly number[]): Ref =>
  g.op('Where', [condition, yes, no], shape, {}, { type: no.type });

/** Divisor of an integer division: a division by 0 would end the process. */
function safeDivisor(g: Graph, b: Ref): { zero?: Ref; divisor: Ref } {
  const literal = g.literal(b) as Int32Array | undefined;
  if (literal && !literal.includes(0)) return { divisor: b };
  const zero = bool(g, 'Equal', [b, g.typed([0], [], 'int32')], b.shape);
  return { zero, divisor: select(g, zero, g.typed([1], [], 'int32'), b, b.shape) };
}

/** An integer result with 0 where the divisor is 0, as TensorFlow.js's CPU backend has it. */
const zeroWhere = (g: Graph, zero: Ref | undefined, x: Ref, shape: readonly number[]): Ref =>
  zero ? select(g, zero, g.typed([0], [], 'int32'), x, shape) : x;

/** ⌊a / b⌋, exact for all integers. */
function floorDivide(g: Graph, a: Ref, b: Ref, shape: readonly number[]): Ref {
  if (a.type === 'float32') {
    return g.cast(g.op('Floor', [g.op('Div', [a, b], shape)], shape), 'int32');
  }
  const { zero, divisor } = safeDivisor(g, b);
  const quotient = g.op('Div', [a, divisor], shape);
  const rest = g.op('Sub', [a, g.op('Mul', [quotient, divisor], shape)], shape);
  // ONNX's Div rounds to zero, its Mod downwards: where the rests differ the quotient is 1 too many.
  const excess = bool(
    g,
    'Not',
    [bool(g, 'Equal', [rest, g.op('Mod', [a, divisor], shape)], shape)],
    shape,
  );
  return zeroWhere(g, zero, g.op('Sub', [quotient, g.cast(excess, 'int32')], shape), shape);
}

/** Remainder with the sign of the divisor; of floats by TensorFlow.js's formula. */
function modulo(g: Graph, a: Ref, b: Ref, shape: readonly number[]): Ref {
  if (a.type !== 'float32') {
    const { zero, divisor } = safeDivisor(g, b);
    return zeroWhere(g, zero, g.op('Mod', [a, divisor], shape), shape);
  }
  const fmod = (p: Ref, q: Ref) => g.op('Mod', [p, q], shape, { fmod: 1 });
  const rest = fmod(a, b);
  const moved = fmod(g.op('Add', [rest, b], shape), b);
  const differ = bool(g, 'Xor', [negative(g, a, a.shape), negative(g, b, b.shape)], shape);
  return select(g, differ, moved, rest, shape);
}

defineKernels(
  arithmetic('Sub', 'Sub'),
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
  binary('FloorDiv', 'Div, Floor, Cast; integers: Div with a correction', 'int32', floorDivide),
  binary('Mod', 'Mod, Where', 'as a', modulo),
  binary('BitwiseAnd', 'BitwiseAnd', 'as a', (g, a, b, shape) => g.op('BitwiseAnd', [a, b], shape)),
  {
    name: 'Prelu',
    lowering: 'Less, Mul, Where',
    infer: ({ x, alpha }) => [{ shape: broadcastShape(x, alpha), dtype: 'float32' }],
    lower: (ctx, { inputs: { x, alpha }, outputs: [y] }) => {
      const { graph: g } = ctx;
      elementwise(ctx, [x, alpha], y, ([given, slope], shape) => {
        const [p, q] = [g.cast(given, 'float32'), g.cast(slope, 'float32')];
        return select(g, negative(g, p, p.shape), g.op('Mul', [p, q], shape), p, shape);
      });
    },
  },
  comparison('Greater', 'Greater'),
  comparison('GreaterEqual', 'GreaterOrEqual'),
  comparison('Less', 'Less'),
  comparison('LessEqual', 'LessOrEqual'),
  equality('Equal', false),
  equality('NotEqual', true),
  logical('LogicalAnd', 'And'),
  logical('LogicalOr', 'Or'),
);

defineCompositions(
  {
    name: 'Atan2',
    lowering: 'atan of the quotient, moved into its quadrant',
    compose: ({ a, b }) => {
      const above = tf.greaterEqual(a, 0);
      const turn = tf.where(above, tf.scalar(Math.PI), tf.scalar(-Math.PI));
      const half = tf.mul(tf.sign(a), Math.PI / 2);
      // On the axis b = 0 the quotient has no value: 1 stands in for the divisor.
      const onAxis = tf.equal(b, 0);
      const divisor = tf.where(onAxis, tf.onesLike(b), b);
      const angle = tf.atan(tf.div(a, divisor));
      const moved = tf.where(tf.less(tf.add(b, tf.zerosLike(a)), 0), tf.add(angle, turn), angle);
      return tf.where(
        tf.logicalAnd(onAxis, tf.onesLike(above)),
        tf.add(half, tf.zerosLike(b)),
        moved,
      );
    },
  },
  {
    name: 'EluGrad',
    lowering: 'where(y ≥ 0, dy, dy · (y + 1))',
    compose: ({ dy, y }) => tf.where(tf.greaterEqual(y, 0), dy, tf.mul(dy, tf.add(y, 1))),
  },
);
