import { onnxType } from '../lowering/lowering.ts';
import { defineKernels } from './kernel.ts';

/** Batched matrix products. */

defineKernels({
  name: 'BatchMatMul',
  lowering: 'MatMul, or FusedMatMul where an operand is transposed',
  infer: ({ a, b }, attrs) => {
    const rank = a.shape.length;
    const rows = attrs['transposeA'] ? a.shape[rank - 1] : a.shape[rank - 2];
    const columns = attrs['transposeB'] ? b.shape[rank - 2] : b.shape[rank - 1];
    const batch = a.shape.slice(0, -2).map((d, i) => Math.max(d, b.shape[i]));
    return [{ shape: [...batch, rows, columns], dtype: 'float32' }];
  },
  lower: (ctx, { inputs: { a, b }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const transA = attrs['transposeA'] ? 1 : 0;
    const transB = attrs['transposeB'] ? 1 : 0;
    const [p, q] = [ctx.plain(a), ctx.plain(b)];
    // ONNX's MatMul drops unit batch axes by itself; two-dimensional operands take the fast path.
    ctx.define(
      y,
      'plain',
      transA || transB
        ? g.op('FusedMatMul', [p, q], y.shape, { transA, transB }, { domain: 'com.microsoft' })
        : g.op('MatMul', [p, q], y.shape),
    );
  },
});

/** Sizes of an equation's labels from the operands' shapes. */
function labelSizes(
  terms: readonly string[],
  shapes: readonly (readonly number[])[],
): Map<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach((term, t) => [...term].forEach((label, i) => sizes.set(label, shapes[t][i])));
  return sizes;
}

defineKernels({
  name: 'Einsum',
  lowering: 'Einsum',
  infer: (inputs, attrs) => {
    const operands = Object.values(inputs);
    const [left, right] = (attrs['equation'] as string).replace(/\s/g, '').split('->');
    const sizes = labelSizes(
      left.split(','),
      operands.map((x) => x.shape),
    );
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
