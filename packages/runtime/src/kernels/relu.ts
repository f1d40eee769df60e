import type { TraceValue } from '../capture/value.ts';
import { elementwise } from '../lowering/elementwise.ts';
import type { Activation, Lowering } from '../lowering/lowering.ts';
import { sizeOf, type Graph, type Ref } from '../onnx/graph.ts';
import { arithmeticOp } from './binary.ts';
import { defineKernels, like, type Kernel } from './kernel.ts';

/** ReLU and ReLU6. Forward they join a preceding per-channel affine form into one pass. */

type Emit = (g: Graph, x: Ref, shape: readonly number[]) => Ref;

const activation = (name: Activation, lowering: string, emit: Emit): Kernel => ({
  name,
  lowering: `${lowering}, or the activation of the preceding blocked convolution`,
  infer: ({ x }) => like(x),
  lower: (ctx, { inputs: { x }, outputs: [y] }) => {
    const affine = ctx.affine(x);
    if (affine) ctx.define(y, 'blocked', ctx.emitAffine(affine, name));
    else elementwise(ctx, [x], y, ([ref], shape) => emit(ctx.graph, ref, shape));
  },
});

const relu: Emit = (g, x, shape) =>
  x.type === 'float32'
    ? g.op('Relu', [x], shape)
    : arithmeticOp(g, 'Max', x, g.typed([0], [], x.type), shape);

const relu6: Emit = (g, x, shape) => {
  const number = x.type === 'bool' ? g.cast(x, 'int32') : x;
  const bounds = [g.typed([0], [], number.type), g.typed([6], [], number.type)];
  return g.cast(g.op('Clip', [number, ...bounds], shape), x.type);
};

/** Where y is above 0, and where it is at `top` or beyond, as one bool each. */
function gradient(
  ctx: Lowering,
  dy: TraceValue,
  y: TraceValue,
  dx: TraceValue,
  top?: number,
): void {
  const { graph: g } = ctx;
  elementwise(ctx, [dy, y], dx, ([from, ref], shape) => {
    const test = (op: string, bound: number) =>
      g.op(op, [ref, g.float(bound)], shape, {}, { type: 'bool' });
    const above = test('Greater', 0);
    // DequantizeLinear is (mask − mask) · scale. With dy as the scale it reads masks of one byte,
    // where a product wants them as floats first, and takes two thirds of the time.
    const whole = sizeOf(from.shape) === sizeOf(shape);
    if (ctx.block > 0 && whole && shape.length > 1 && sizeOf(shape) > 0) {
      const beyond = top === undefined ? [] : [g.cast(test('GreaterOrEqual', top), 'uint8')];
      const inputs = [g.cast(above, 'uint8'), from, ...beyond];
      const attributes = { axis: 0, block_size: 1 };
      return g.op('DequantizeLinear', inputs, shape, attributes, { type: 'float32' });
    }
    const inside = top === undefined ? above : g.op('And', [above, test('Less', top)], shape);
    return g.op('Mul', [from, g.cast(inside, 'float32')], shape);
  });
}

const backward = (name: Activation, top?: number): Kernel => ({
  name: `${name}Grad`,
  lowering: 'Greater (and GreaterOrEqual), DequantizeLinear with dy as the scale; else Mul',
  infer: ({ dy }) => like(dy),
  lower: (ctx, { inputs: { dy, y }, outputs: [dx] }) => gradient(ctx, dy, y, dx, top),
});

defineKernels(
  activation('Relu', 'Relu', relu),
  activation('Relu6', 'Clip', relu6),
  backward('Relu'),
  backward('Relu6', 6),
);
