import * as tf from '@tensorflow/tfjs';
import type { TraceValue } from '../capture/value.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { onnxType } from '../lowering/lowering.ts';
import { sizeOf } from '../onnx/graph.ts';
import { defineKernels, type Kernel } from './kernel.ts';

/** Kernels that move elements without changing them. */

const axisOf = (axis: unknown, rank: number): number =>
  tf.util.parseAxisParam(axis as number, Array<number>(rank).fill(1))[0];

/**
 * Axis of a concatenation or slice of rank-4 values in a layout. Blocks keep whole channels
 * together, so along the channel axis the blocked layout behaves as nchw does.
 */
const nchwAxis = [0, 2, 3, 1];

/** True when every part's channels divide into blocks, so that blocked parts can be joined or cut. */
const allBlocked = (ctx: Lowering, values: readonly TraceValue[]): boolean =>
  values.every((v) => ctx.canBlock(v.shape)) && values.some((v) => ctx.native(v) === 'blocked');

const concat: Kernel = {
  name: 'Concat',
  lowering: 'Concat, in the layout of its parts',
  infer: (inputs, attrs) => {
    const parts = Object.values(inputs);
    const axis = axisOf(attrs['axis'], parts[0].shape.length);
    const shapes = parts.map((part) => [...part.shape]);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    const all = tf.backend_util.computeOutShape(shapes, axis);
    if (all.includes(0)) return [{ shape: all, dtype: parts[0].dtype }];
    // What is empty is left out, as in TensorFlow.js.
    const full = shapes.filter((shape) => !shape.includes(0));
    return [{ shape: tf.backend_util.computeOutShape(full, axis), dtype: parts[0].dtype }];
  },
  lower: (ctx, { inputs, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const axis = axisOf(attrs['axis'], y.shape.length);
    const parts = Object.values(inputs).filter((part) => sizeOf(part.shape) > 0);
    if (parts.length === 0) {
      return ctx.define(y, 'plain', g.reshape(ctx.plain(inputs['0']), y.shape));
    }
    const [n, h, w, c] = y.shape;
    if (y.shape.length === 4 && axis === 3 && allBlocked(ctx, parts)) {
      const refs = parts.map((part) => ctx.as(part, 'blocked'));
      return ctx.define(y, 'blocked', g.op('Concat', refs, [n, c, h, w], { axis: 1 }));
    }
    const nchw = y.shape.length === 4 && parts.every((part) => ctx.native(part) !== 'plain');
    const layout = nchw ? 'nchw' : 'plain';
    const refs = parts.map((part) => ctx.as(part, layout));
    const shape = nchw ? [n, c, h, w] : y.shape;
    const at = nchw ? nchwAxis[axis] : axis;
    ctx.define(y, layout, refs.length === 1 ? refs[0] : g.op('Concat', refs, shape, { axis: at }));
  },
};

interface Range {
  begin: number[];
  size: number[];
}

/** Begin and size of a `Slice` on every axis. */
export const sliceRange = (
  shape: readonly number[],
  attrs: Readonly<Record<string, unknown>>,
): Range => {
  const begin = attrs['begin'] as number[] | number;
  const size = attrs['size'] as number[] | number;
  const [b, s] = tf.slice_util.parseSliceParams(
    { shape: [...shape] } as tf.TensorInfo,
    begin,
    size,
  );
  return { begin: b, size: s };
};

const slice: Kernel = {
  name: 'Slice',
  lowering: 'Slice, in the layout of its input',
  infer: ({ x }, attrs) => {
    const { begin, size } = sliceRange(x.shape, attrs);
    tf.slice_util.assertParamsValid(
      { shape: [...x.shape], rank: x.shape.length } as tf.Tensor,
      begin,
      size,
    );
    return [{ shape: size, dtype: x.dtype }];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const { begin, size } = sliceRange(x.shape, attrs);
    const cut = x.shape.map((_, i) => i).filter((i) => begin[i] !== 0 || size[i] !== x.shape[i]);
    const native = ctx.native(x);
    if (cut.length === 0) return ctx.define(y, native, () => ctx.as(x, native));
    const whole = (d: number) => d % ctx.block === 0;
    const blocked =
      native === 'blocked' && (!cut.includes(3) || (whole(begin[3]) && whole(size[3])));
    const layout =
      native === 'blocked' && !(blocked && cut.every((i) => i === 0 || i === 3)) ? 'nchw' : native;
    const [n, h, w, c] = size;
    const at = (i: number) => (layout === 'plain' ? i : nchwAxis[i]);
    const ref = g.op(
      'Slice',
      [
        ctx.as(x, layout),
        g.ints(cut.map((i) => begin[i])),
        g.ints(cut.map((i) => begin[i] + size[i])),
        g.ints(cut.map(at)),
      ],
      layout === 'plain' ? size : [n, c, h, w],
    );
    ctx.define(y, layout, ref);
  },
};

const reshape: Kernel = {
  name: 'Reshape',
  lowering: 'Reshape',
  infer: ({ x }, attrs) => [
    {
      shape: tf.util.inferFromImplicitShape(attrs['shape'] as number[], sizeOf(x.shape)),
      dtype: x.dtype,
    },
  ],
  lower: (ctx, { inputs: { x }, outputs: [y] }) => {
    if (tf.util.arraysEqual([...x.shape], [...y.shape])) {
      const native = ctx.native(x);
      return ctx.define(y, native, () => ctx.as(x, native));
    }
    // The order of the elements matters here, so the value returns to TensorFlow.js's layout.
    ctx.define(y, 'plain', () => ctx.graph.reshape(ctx.plain(x), y.shape));
  },
};

const expandDims: Kernel = {
  name: 'ExpandDims',
  lowering: 'Reshape',
  infer: ({ input }, attrs) => {
    const dim = attrs['dim'] as number;
    const shape = [...input.shape];
    const { length } = shape;
    if (dim < -length - 1 || dim > length) {
      throw new Error(`axis must be in the interval [${-length - 1}, ${length}], got ${dim}`);
    }
    shape.splice(dim < 0 ? length + dim + 1 : dim, 0, 1);
    return [{ shape, dtype: input.dtype }];
  },
  lower: (ctx, { inputs: { input }, outputs: [y] }) =>
    ctx.define(y, 'plain', () => ctx.graph.reshape(ctx.plain(input), y.shape)),
};

const transpose: Kernel = {
  name: 'Transpose',
  lowering: 'Transpose',
  infer: ({ x }, attrs) => [
    { shape: (attrs['perm'] as number[]).map((p) => x.shape[p]), dtype: x.dtype },
  ],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) =>
    ctx.define(y, 'plain', ctx.graph.transpose(ctx.plain(x), attrs['perm'] as number[])),
};

const pad: Kernel = {
  name: 'PadV2',
  lowering: 'Pad',
  infer: ({ x }, attrs) => {
    const paddings = attrs['paddings'] as [number, number][];
    return [{ shape: x.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]), dtype: x.dtype }];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const paddings = attrs['paddings'] as [number, number][];
    const value = g.typed([attrs['constantValue'] as number], [], onnxType(x.dtype));
    const nchw = x.shape.length === 4 && ctx.native(x) !== 'plain';
    const order = nchw ? [0, 3, 1, 2] : x.shape.map((_, i) => i);
    const pads = [...order.map((i) => paddings[i][0]), ...order.map((i) => paddings[i][1])];
    const layout = nchw ? 'nchw' : 'plain';
    ctx.define(
      y,
      layout,
      g.op(
        'Pad',
        [ctx.as(x, layout), g.ints(pads), value],
        order.map((i) => y.shape[i]),
      ),
    );
  },
};

const tile: Kernel = {
  name: 'Tile',
  lowering: 'Tile',
  infer: ({ x }, attrs) => {
    const reps = attrs['reps'] as number[];
    return [{ shape: x.shape.map((d, i) => d * reps[i]), dtype: x.dtype }];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) =>
    ctx.define(
      y,
      'plain',
      ctx.graph.op('Tile', [ctx.plain(x), ctx.graph.ints(attrs['reps'] as number[])], y.shape),
    ),
};

const pack: Kernel = {
  name: 'Pack',
  lowering: 'Reshape, Concat',
  infer: (inputs, attrs) => {
    const parts = Object.values(inputs);
    for (const { shape } of parts) {
      tf.util.assertShapesMatch([...parts[0].shape], [...shape], 'stack: ');
    }
    const axis = attrs['axis'] as number;
    const shape = [...parts[0].shape];
    shape.splice(axis < 0 ? shape.length + 1 + axis : axis, 0, parts.length);
    return [{ shape, dtype: parts[0].dtype }];
  },
  lower: (ctx, { inputs, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const rank = y.shape.length;
    const axis = ((attrs['axis'] as number) + rank) % rank;
    const refs = Object.values(inputs).map((part) => {
      const shape = [...part.shape];
      shape.splice(axis, 0, 1);
      return g.reshape(ctx.plain(part), shape);
    });
    ctx.define(y, 'plain', refs.length === 1 ? refs[0] : g.op('Concat', refs, y.shape, { axis }));
  },
};

const unpack: Kernel = {
  name: 'Unpack',
  lowering: 'Split, Reshape',
  list: true,
  infer: ({ value }, attrs) => {
    const rank = value.shape.length;
    const axis = ((attrs['axis'] as number) + rank) % rank;
    const shape = value.shape.filter((_, i) => i !== axis);
    return Array.from({ length: value.shape[axis] }, () => ({ shape, dtype: value.dtype }));
  },
  lower: (ctx, { inputs: { value }, attrs, outputs }) => {
    const { graph: g } = ctx;
    const rank = value.shape.length;
    const axis = ((attrs['axis'] as number) + rank) % rank;
    const part = value.shape.map((d, i) => (i === axis ? 1 : d));
    const refs = g.ops(
      'Split',
      [ctx.plain(value)],
      outputs.map(() => ({ shape: part })),
      { axis, num_outputs: outputs.length },
    );
    outputs.forEach((y, i) => ctx.define(y, 'plain', g.reshape(refs[i], y.shape)));
  },
};

const splitV: Kernel = {
  name: 'SplitV',
  lowering: 'Split',
  list: true,
  infer: ({ x }, attrs) => {
    const axis = axisOf(attrs['axis'], x.shape.length);
    const input = { shape: [...x.shape] } as tf.Tensor;
    const sizes = tf.backend_util.prepareSplitSize(input, attrs['numOrSizeSplits'] as number, axis);
    return sizes.map((size) => ({
      shape: x.shape.map((d, i) => (i === axis ? size : d)),
      dtype: x.dtype,
    }));
  },
  lower: (ctx, { inputs: { x }, attrs, outputs }) => {
    const { graph: g } = ctx;
    const axis = axisOf(attrs['axis'], x.shape.length);
    const refs = g.ops(
      'Split',
      [ctx.plain(x), g.ints(outputs.map((y) => y.shape[axis]))],
      outputs.map((y) => ({ shape: y.shape })),
      { axis },
    );
    outputs.forEach((y, i) => ctx.define(y, 'plain', refs[i]));
  },
};

defineKernels(concat, slice, reshape, expandDims, transpose, pad, tile, pack, unpack, splitV);
