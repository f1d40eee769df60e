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
