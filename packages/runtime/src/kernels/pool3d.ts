import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { onnxType } from '../lowering/lowering.ts';
import type { Attribute } from '../onnx/attribute.ts';
import { sizeOf, type Graph, type Ref } from '../onnx/graph.ts';
import { defineCompositions, defineKernels, type Kernel } from './kernel.ts';
import { axesOf, defineVolume, unskipped, windowAttributes } from './volume.ts';

/** Pooling over windows of volumes `[N, D, H, W, C]`. */

type Shape5 = [number, number, number, number, number];

const infoOf = (shape: readonly number[], attrs: Attrs) =>
  tf.backend_util.computePool3DInfo(
    shape as Shape5,
    attrs['filterSize'] as number,
    attrs['strides'] as number,
    1,
    attrs['pad'] as 'same',
    attrs['dimRoundingMode'] as 'floor' | undefined,
  );

const pooling = (name: string, op: string, extra: Readonly<Record<string, Attribute>>): Kernel => ({
  name,
  lowering: `${op}, channels first`,
  infer: ({ x }, attrs) => [{ shape: infoOf(x.shape, attrs).outShape, dtype: x.dtype }],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const [n, d, h, w, c] = y.shape;
    const { axes, cut } = unskipped(g, axesOf(infoOf(x.shape, attrs)));
    const attributes = { ...windowAttributes(axes), ...extra };
    const input = g.cast(cut(ctx.as(x, 'nchw')), 'float32');
    const pooled = g.op(op, [input], [n, c, d, h, w], attributes);
    defineVolume(ctx, y, g.cast(pooled, onnxType(y.dtype)));
  },
});

/** The spatial axes of `[N, C, D, H, W]` in reverse, from element `from` − 1 of each down to the first. */
function reversed(g: Graph, x: Ref, from: readonly number[]): Ref {
  const every = (value: number) => g.ints(from.map(() => value));
  const starts = g.ints(from.map((size) => size - 1));
  // Past the first element is "very negative" in ONNX; −1 would be the last.
  const bounds = [starts, every(-(2 ** 31)), g.ints([2, 3, 4]), every(-1)];
  return g.op('Slice', [x, ...bounds], [...x.shape.slice(0, 2), ...from]);
}

/**
 * dy goes to the last maximum of each window, as TensorFlow.js puts it (its two-dimensional pool takes the
 * first): ONNX's pool, which gives the first, runs over the volume in reverse.
 */
const maxPool3dGrad: Kernel = {
  name: 'MaxPool3DGrad',
  lowering: 'MaxPool with indices of the reversed volume, ScatterElements with addition',
  infer: ({ input }) => [{ shape: input.shape, dtype: 'float32' }],
  lower: (ctx, { inputs: { dy, input }, attrs, outputs: [dx] }) => {
    const { graph: g } = ctx;
    const { axes, cut, filled } = unskipped(g, axesOf(infoOf(input.shape, attrs)));
    // Voxels that no window reaches are cut off, so that the windows of both directions are the same.
    const used = axes.map((a) =>
      Math.min(a.input, (a.output - 1) * a.stride + a.kernel - a.before),
    );
    const [n, , , , c] = input.shape;
    const volume = g.cast(cut(ctx.as(input, 'nchw')), 'float32');
    const outer = [n, c, ...axes.map(({ output }) => output)];
    const turned = axes.map((a) => ({ ...a, before: a.after, after: a.before }));
    const [, indices] = g.ops(
      'MaxPool',
      [reversed(g, volume, used)],
      [{ shape: outer }, { shape: outer, type: 'int64' }],
      windowAttributes(turned),
    );
    const size = n * c * sizeOf(used);
    const count = sizeOf(dy.shape);
    const given = reversed(g, ctx.as(dy, 'nchw'), outer.slice(2));
    const sums = g.op(
      'ScatterElements',
      [
        g.op('Expand', [g.float(0), g.ints([size])], [size]),
        g.reshape(indices, [count]),
        g.reshape(given, [count]),
      ],
      [size],
      { axis: 0, reduction: 'add' },
    );
    const back = reversed(g, g.reshape(sums, [n, c, ...used]), used);
    const pads = [0, 0, 0, 0, 0, 0, 0, ...axes.map((a, i) => a.input - used[i])];
    const whole = [n, c, ...axes.map((a) => a.input)];
    const near = pads.every((p) => p === 0) ? back : g.op('Pad', [back, g.ints(pads)], whole);
    defineVolume(ctx, dx, filled(near));
  },
};

defineKernels(
  pooling('MaxPool3D', 'MaxPool', {}),
  pooling('AvgPool3D', 'AveragePool', { count_include_pad: 0 }),
  maxPool3dGrad,
);

/** True where ONNX Runtime refuses the padding: it takes none as wide as the window. */
const isWide = (attrs: Attrs, shape: readonly number[]): boolean =>
  axesOf(infoOf(shape, attrs)).some(
    ({ before, after, kernel }) => Math.max(before, after) >= kernel,
  );

/** A pool without padding over a volume with what lies outside it. */
function overPadded(name: string, x: tf.Tensor, attrs: Attrs, outside: number): tf.Tensor {
  const around = axesOf(infoOf(x.shape, attrs)).map((a): [number, number] => [a.before, a.after]);
  const padded = tf.pad(x, [[0, 0], ...around, [0, 0]], outside);
  return tf.engine().runKernel(name, { x: padded }, { ...attrs, pad: 'valid' });
}

const WIDE = 'padding as wide as the window: Pad before it';

defineCompositions(
  {
    name: 'MaxPool3D',
    lowering: WIDE,
    when: (attrs, { x }) => isWide(attrs, x.shape),
    compose: ({ x }, attrs) => overPadded('MaxPool3D', x, attrs, -Infinity),
  },
  {
    name: 'AvgPool3D',
    lowering: WIDE,
    when: (attrs, { x }) => isWide(attrs, x.shape),
    // The mean over the part of a window that lies inside: 0 where none does.
    compose: ({ x }, attrs) =>
      tf.divNoNan(
        overPadded('AvgPool3D', x, attrs, 0),
        overPadded('AvgPool3D', tf.onesLike(x), attrs, 0),
      ),
  },
);

defineCompositions({
  name: 'AvgPool3DGrad',
  lowering: 'transposed convolution of dy / (k_d·k_h·k_w) with ones, one channel at a time',
  // As the kernel is, also where the window is cut off; inside steps the gradient is another one.
  compose: ({ dy, input }, attrs) => {
    const { filterDepth, filterHeight, filterWidth } = infoOf(input.shape, attrs);
    const [n, d, h, w, c] = input.shape;
    const shares = tf.div(dy, filterDepth * filterHeight * filterWidth);
    const apart = tf.reshape(tf.transpose(shares, [0, 4, 1, 2, 3]), [
      n * c,
      ...dy.shape.slice(1, 4),
      1,
    ]);
    const spread = tf
      .engine()
      .runKernel<tf.Tensor>(
        'Conv3DBackpropInputV2',
        { dy: apart, filter: tf.ones([filterDepth, filterHeight, filterWidth, 1, 1]) },
        { strides: attrs['strides'], pad: attrs['pad'], inputShape: [n * c, d, h, w, 1] } as never,
      );
    return tf.transpose(tf.reshape(spread, [n, c, d, h, w]), [0, 2, 3, 4, 1]);
  },
});
