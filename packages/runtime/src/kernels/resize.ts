import {
  bilinearMatrix,
  conventionOf as convention,
  nearestMatrix,
  transposed,
} from '../ops/interpolation.ts';
import type { TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { sizeOf, type Ref } from '../onnx/graph.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/**
 * Resizing is linear and separable: Y = A_h · X · A_wᵀ with one interpolation matrix per axis. Both
 * directions are two batched matrix products on nchw, so the gradient is exactly the adjoint.
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
  const planes = g.reshape(ctx.as(x, 'nchw'), [n * c, h, w]);
  const alongRows = (ref: Ref, width: number) => g.op('MatMul', [a, ref], [n * c, outH, width]);
  const alongColumns = (ref: Ref, height: number) =>
    g.reshape(g.op('MatMul', [g.reshape(ref, [n * c * height, w]), b], [n * c * height, outW]), [
      n * c,
      height,
      outW,
    ]);
  const columnsFirst = outW * h <= outH * w;
  const result = columnsFirst
    ? alongRows(alongColumns(planes, h), outW)
    : alongColumns(alongRows(planes, w), outH);
  ctx.define(y, 'nchw', g.reshape(result, [n, c, outH, outW]));
}

const resize = (name: string, matrix: Matrix): Kernel => ({
  name,
  lowering: 'MatMul per spatial axis with a constant interpolation matrix',
  infer: ({ images }, attrs) => {
    const [h, w] = attrs['size'] as [number, number];
    return [{ shape: [images.shape[0], h, w, images.shape[3]], dtype: 'float32' }];
  },
  lower: (ctx, { inputs: { images }, attrs, outputs: [y] }) => {
    const how = convention(attrs);
    const [, h, w] = images.shape;
    separable(ctx, images, y, matrix(h, y.shape[1], how), matrix(w, y.shape[2], how));
  },
});

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
  resize('ResizeBilinear', bilinearMatrix),
  resizeGradient('ResizeBilinearAdjoint', bilinearMatrix),
  resize('ResizeNearestNeighbor', nearestMatrix),
  resizeGradient('ResizeNearestNeighborAdjoint', nearestMatrix),
);
