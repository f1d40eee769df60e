import * as tf from '@tensorflow/tfjs';
import type { TraceValue } from '../capture/value.ts';
import { onnxType } from '../lowering/lowering.ts';
import type { Graph, Ref } from '../onnx/graph.ts';
import { defineKernels } from './kernel.ts';

/** Batched matrix products. */

/** A value with units before its axes, as broadcasting takes a lower rank. */
const ofRank = (g: Graph, x: Ref, rank: number): Ref =>
  g.reshape(x, [...Array<number>(rank - x.shape.length).fill(1), ...x.shape]);

/** The last two axes exchanged. */
const turned = (g: Graph, x: Ref): Ref => {
  const rank = x.shape.length;
  const order = x.shape.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return g.transpose(x, order);
};

defineKernels({
  name: 'BatchMatMul',
  lowering: 'MatMul, or FusedMatMul where a float operand is transposed',
  infer: ({ a, b }, attrs) => {
    const inner = [
      attrs['transposeA'] ? a.shape.at(-2) : a.shape.at(-1),
      attrs['transposeB'] ? b.shape.at(-1) : b.shape.at(-2),
    ];
    if (inner[0] !== inner[1]) {
      throw new Error(
        `expected operands of the same inner dimension, got ${inner.join(' and ')} ` +
          `([${a.shape.join(', ')}] by [${b.shape.join(', ')}])`,
      );
    }
    const rows = attrs['transposeA'] ? a.shape.at(-1) : a.shape.at(-2);
    const columns = attrs['transposeB'] ? b.shape.at(-2) : b.shape.at(-1);
    const batch = tf.backend_util.assertAndGetBroadcastShape(
      a.shape.slice(0, -2),
      b.shape.slice(0, -2),
    );
    return [{ shape: [...batch, rows as number, columns as number], dtype: a.dtype }];
  },
  lower: (ctx, { inputs: { a, b }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const transA = attrs['transposeA'] ? 1 : 0;
    const transB = attrs['transposeB'] ? 1 : 0;
    const type = y.dtype === 'float32' ? 'float32' : 'int32';
    const [p, q] = [a, b].map((x) => ofRank(g, g.cast(ctx.plain(x), type), y.shape.length));
    // ONNX's MatMul drops unit batch axes by itself; two-dimensional operands take the fast path.
    const product =
      type === 'float32' && (transA || transB)
        ? g.op('FusedMatMul', [p, q], y.shape, { transA, transB }, { domain: 'com.microsoft' })
        : g.op('MatMul', [transA ? turned(g, p) : p, transB ? turned(g, q) : q], y.shape);
    ctx.define(y, 'plain', g.cast(product, onnxType(y.dtype)));
  },
});

/** Sizes of an equation's labels from the operands' shapes, by TensorFlow.js' own checks. */
function labelSizes(equation: string, operands: readonly TraceValue[]): Map<string, number> {
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, operands.length);
  const tensors = operands.map(({ shape }) => ({ shape: [...shape] }) as tf.Tensor);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors);
  return new Map(
    idDims.flatMap((dims, t) => dims.map((d, i) => [allDims[d], operands[t].shape[i]] as const)),
  );
}

defineKernels({
  name: 'Einsum',
  lowering: 'Einsum',
  infer: (inputs, attrs) => {
    const operands = Object.values(inputs);
    const equation = attrs['equation'] as string;
    const sizes = labelSizes(equation, operands);
    const [, right] = equation.replace(/\s/g, '').split('->');
    const shape = [...right].map((label) => sizes.get(label) as number);
    return [{ shape, dtype: operands[0].dtype }];
  },
  lower: (ctx, { inputs, attrs, outputs: [y] }) => {
    const refs = Object.values(inputs).map((x) => ctx.plain(x));
    const equation = (attrs['equation'] as string).replace(/\s/g, '');
    const type = onnxType(y.dtype);
    ctx.define(y, 'plain', ctx.graph.op('Einsum', refs, y.shape, { equation }, { type }));
  },
});
