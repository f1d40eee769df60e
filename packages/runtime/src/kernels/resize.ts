import {
  bilinearMatrix,
  conventionOf as convention,
  nearestIndices,
  nearestMatrix,
  transposed,
} from '../ops/interpolation.ts';
import type { TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { sizeOf, type Ref } from '../onnx/graph.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/**
 * Bilinear resizing is linear and separable: Y = A_h · X · A_wᵀ with one interpolation matrix per axis. Both
 * directions are two batched matrix products on nchw, so the gradient is exactly the adjoint. That of
 * the nearest neighbour is the same with a selection matrix.
 */

type Matrix = typeof bilinearMatrix;

/** A · X · Bᵀ on the two spatial axes of nchw; the cheaper product first. */
function separable(
  ctx: Lowering,
  x: TraceValue,
  y: TraceValue,
  rows: Float32Array,
  columns: Float32Array,
): void {
  const { graph: g } = ctx;
  const [n, h, w, c] = x.shape;
  const [, outH, outW] = y.shape;
  if (sizeOf(y.shape) === 0) return ctx.define(y, 'nchw', g.floats([], [n, c, outH, outW]));
  const a = g.constant(rows, [1, outH, h], 'float32');
  const b = g.constant(transposed(columns, outW, w), [w, outW], 'float32');
  const planes = g.reshape(g.cast(ctx.as(x, 'nchw'), 'float32'), [n * c, h, w]);
  const alongRows = (ref: Ref, width: number) => g.op('MatMul', [a, ref], [n * c, outH, width]);
  const alongColumns = (ref: Ref, height: number) =>
    g.reshape(g.op('MatMul', [g.reshape(ref, [n * c * height, w]), b], [n * c * height, outW]), [
      n * c,
      height,
      outW,
    ]);
  const columnsFirst = outW * h * (w + outH) <= outH * w * (h + outW);
  const result = columnsFirst
    ? alongRows(alongColumns(planes, h), outW)
    : alongColumns(alongRows(planes, w), outH);
  ctx.define(y, 'nchw', g.reshape(result, [n, c, outH, outW]));
}

const bilinear: Kernel = {
  name: 'ResizeBilinear',
  lowering: 'MatMul per spatial axis with a constant interpolation matrix',
  infer: ({ images }, attrs) => {
    const [h, w] = attrs['size'] as [number, number];
    return [{ shape: [images.shape[0], h, w, images.shape[3]], dtype: 'float32' }];
  },
  lower: (ctx, { inputs: { images }, attrs, outputs: [y] }) => {
    const how = convention(attrs);
    const [, h, w] = images.shape;
    const rows = bilinearMatrix(h, y.shape[1], how);
    separable(ctx, images, y, rows, bilinearMatrix(w, y.shape[2], how));
  },
};

/** Whole rows, then whole columns, are copied: exact for every type, and in any layout. */
const nearest: Kernel = {
  name: 'ResizeNearestNeighbor',
  lowering: 'Gather per spatial axis with constant indices, in the layout of the input',
  infer: ({ images }, attrs) => {
    const [h, w] = attrs['size'] as [number, number];
    return [{ shape: [images.shape[0], h, w, images.shape[3]], dtype: images.dtype }];
  },
  lower: (ctx, { inputs: { images }, attrs, outputs: [y] }) => {
    const { graph: g, block: b } = ctx;
    const how = convention(attrs);
    const layout = ctx.native(images);
    const [n, h, w, c] = images.shape;
    const [, outH, outW] = y.shape;
    const channels = layout === 'blocked' ? [n, c / b] : layout === 'nchw' ? [n, c] : [n];
    const inner = layout === 'blocked' ? [b] : layout === 'nchw' ? [] : [c];
    const axis = channels.length;
    const take = (x: Ref, at: number, indices: number[], shape: readonly number[]): Ref => {
      const picked = g.typed(indices, [indices.length], 'int32');
      return g.op('Gather', [x, picked], shape, { axis: at });
    };
    const source = g.reshape(ctx.as(images, layout), [...channels, h, w, ...inner]);
    const rows = take(source, axis, nearestIndices(h, outH, how), [...channels, outH, w, ...inner]);
    const shape = [...channels, outH, outW, ...inner];
    const result = take(rows, axis + 1, nearestIndices(w, outW, how), shape);
    ctx.define(y, layout, g.reshape(result, layout === 'plain' ? y.shape : [n, c, outH, outW]));
  },
};

const resizeGradient = (name: string, matrix: Matrix): Kernel => ({
  name,
  lowering: 'MatMul per spatial axis with the transposed interpolation matrix',
  infer: ({ images }) => [{ shape: images.shape, dtype: 'float32' }],
  lower: (ctx, { inputs: { images, dy }, attrs, outputs: [dx] }) => {
    const how = convention(attrs);
    const [, h, w] = images.shape;
    const [, outH, outW] = dy.shape;
    separable(
      ctx,
      dy,
      dx,
      transposed(matrix(h, outH, how), outH, h),
      transposed(matrix(w, outW, how), outW, w),
    );
  },
});

defineKernels(
  bilinear,
  nearest,
  resizeGradient('ResizeBilinearAdjoint', bilinearMatrix),
  resizeGradient('ResizeNearestNeighborAdjoint', nearestMatrix),
);
