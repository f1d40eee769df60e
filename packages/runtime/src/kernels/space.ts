import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { defineCompositions, defineKernels, type Kernel } from './kernel.ts';

/** Kernels that move blocks of space, and padding and slicing beyond the plain kinds. */

const depthToSpace: Kernel = {
  name: 'DepthToSpace',
  lowering: 'DepthToSpace (DCR)',
  infer: ({ x }, attrs) => {
    const b = attrs['blockSize'] as number;
    const [n, h, w, c] = x.shape;
    return [{ shape: [n, h * b, w * b, c / (b * b)], dtype: x.dtype }];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const [n, h, w, c] = y.shape;
    const blocksize = attrs['blockSize'] as number;
    const ref = ctx.graph.op('DepthToSpace', [ctx.as(x, 'nchw')], [n, c, h, w], {
      blocksize,
      mode: 'DCR',
    });
    ctx.define(y, 'nchw', ref);
  },
};

const sliceInfo = (shape: readonly number[], attrs: Attrs) =>
  tf.slice_util.sliceInfo(
    [...shape],
    attrs['begin'] as number[],
    attrs['end'] as number[],
    attrs['strides'] as number[],
    attrs['beginMask'] as number,
    attrs['endMask'] as number,
    attrs['ellipsisMask'] as number,
    attrs['newAxisMask'] as number,
    attrs['shrinkAxisMask'] as number,
  );

const stridedSlice: Kernel = {
  name: 'StridedSlice',
  lowering: 'Slice with steps, Reshape',
  infer: ({ x }, attrs) => [{ shape: sliceInfo(x.shape, attrs).finalShape, dtype: x.dtype }],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const { begin, end, strides } = sliceInfo(x.shape, attrs);
    const size = tf.slice_util.computeOutShape(begin, end, strides);
    // Running backwards past the first element is "very negative" in ONNX; −1 would be the last.
    const ends = end.map((e, i) => (strides[i] < 0 && e < 0 ? -(2 ** 31) : e));
    const axes = begin.map((_, i) => i);
    const refs = [ctx.plain(x), g.ints(begin), g.ints(ends), g.ints(axes), g.ints(strides)];
    ctx.define(y, 'plain', g.reshape(g.op('Slice', refs, size), y.shape));
  },
};

/** Index into an axis of `size` for each position of the padded axis. */
export function mirrorIndices(
  size: number,
  [before, after]: readonly [number, number],
  mode: string,
): number[] {
  const offset = mode === 'reflect' ? 0 : 1;
  return Array.from({ length: before + size + after }, (_, k) => {
    const i = k - before;
    if (i < 0) return -i - offset;
    return i < size ? i : (size - 1) * 2 - i + offset;
  });
}

const mirrorPad: Kernel = {
  name: 'MirrorPad',
  lowering: 'Gather with constant indices, per padded axis',
  infer: ({ x }, attrs) => {
    const paddings = attrs['paddings'] as [number, number][];
    return [{ shape: x.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]), dtype: x.dtype }];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const nchw = x.shape.length === 4 && ctx.native(x) !== 'plain';
    const order = nchw ? [0, 3, 1, 2] : x.shape.map((_, i) => i);
    let ref = ctx.as(x, nchw ? 'nchw' : 'plain');
    for (const [axis, paddings] of (attrs['paddings'] as [number, number][]).entries()) {
      if (paddings[0] + paddings[1] === 0) continue;
      const indices = mirrorIndices(x.shape[axis], paddings, attrs['mode'] as string);
      const at = order.indexOf(axis);
      const shape = ref.shape.map((d, i) => (i === at ? indices.length : d));
      ref = g.op('Gather', [ref, g.typed(indices, [indices.length], 'int32')], shape, { axis: at });
    }
    ctx.define(y, nchw ? 'nchw' : 'plain', ref);
  },
};

defineKernels(depthToSpace, stridedSlice, mirrorPad);

defineCompositions(
  {
    name: 'SpaceToBatchND',
    lowering: 'pad, reshape, transpose',
    compose: ({ x }, attrs) => {
      const block = attrs['blockShape'] as number[];
      const paddings = attrs['paddings'] as [number, number][];
      const full: [number, number][] = [[0, 0], ...paddings];
      while (full.length < x.rank) full.push([0, 0]);
      const size = block.reduce((a, b) => a * b, 1);
      const padded = tf.pad(x, full);
      const { getReshaped, getPermuted, getReshapedPermuted } = tf.backend_util;
      const cells = getReshaped(padded.shape, block, size, false);
      const order = getPermuted(cells.length, block.length, false);
      const shape = getReshapedPermuted(padded.shape, block, size, false);
      return tf.transpose(padded.reshape(cells), order).reshape(shape);
    },
  },
  {
    name: 'BatchToSpaceND',
    lowering: 'reshape, transpose, slice',
    compose: ({ x }, attrs) => {
      const block = attrs['blockShape'] as number[];
      const crops = attrs['crops'] as number[][];
      const size = block.reduce((a, b) => a * b, 1);
      const { getReshaped, getPermuted, getReshapedPermuted } = tf.backend_util;
      const { getSliceBeginCoords, getSliceSize } = tf.backend_util;
      const cells = getReshaped(x.shape, block, size);
      const whole = getReshapedPermuted(x.shape, block, size);
      const begin = getSliceBeginCoords(crops, block.length);
      const moved = tf.transpose(x.reshape(cells), getPermuted(cells.length, block.length));
      return tf.slice(moved.reshape(whole), begin, getSliceSize(whole, crops, block.length));
    },
  },
  {
    name: 'Diag',
    lowering: 'product with the identity matrix',
    compose: ({ x }) => {
      const identity = tf.cast(tf.eye(x.size), x.dtype);
      return tf.mul(identity, x.reshape([x.size])).reshape([...x.shape, ...x.shape]);
    },
  },
);
