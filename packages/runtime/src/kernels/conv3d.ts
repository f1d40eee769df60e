import * as tf from '@tensorflow/tfjs';
import type { Attrs } from '../capture/value.ts';
import { sizeOf, type Graph, type Ref } from '../onnx/graph.ts';
import { defineKernels, type Kernel } from './kernel.ts';
import { axesOf, defineVolume, unskipped, windowAttributes, type Axis } from './volume.ts';

/** Convolutions of volumes `[N, D, H, W, C]`; filters are `[kd, kh, kw, C, O]`. */

type Shape5 = [number, number, number, number, number];

function geometryOf(
  input: readonly number[],
  filter: readonly number[],
  attrs: Attrs,
): { readonly axes: readonly Axis[]; readonly outShape: readonly number[] } {
  const info = tf.backend_util.computeConv3DInfo(
    input as Shape5,
    filter as Shape5,
    attrs['strides'] as number,
    (attrs['dilations'] as number | undefined) ?? 1,
    attrs['pad'] as 'same',
  );
  return { axes: axesOf(info), outShape: info.outShape };
}

const dilations = (axes: readonly Axis[]) => axes.map(({ dilation }) => dilation);

/** `[kd, kh, kw, C, O]` → `[O, C, kd, kh, kw]`. */
const plainFilter = (g: Graph, filter: Ref): Ref => g.transpose(filter, [4, 3, 0, 1, 2]);

const conv3d: Kernel = {
  name: 'Conv3D',
  lowering: 'Conv, channels first',
  infer: ({ x, filter }, attrs) => [
    { shape: geometryOf(x.shape, filter.shape, attrs).outShape, dtype: 'float32' },
  ],
  lower: (ctx, { inputs: { x, filter }, attrs, outputs: [y] }) => {
    const { axes, cut } = unskipped(ctx.graph, geometryOf(x.shape, filter.shape, attrs).axes);
    const [n, d, h, w, o] = y.shape;
    const refs = [cut(ctx.as(x, 'nchw')), plainFilter(ctx.graph, ctx.plain(filter))];
    const attributes = { ...windowAttributes(axes), dilations: dilations(axes) };
    defineVolume(ctx, y, ctx.graph.op('Conv', refs, [n, o, d, h, w], attributes));
  },
};

const inputGradient: Kernel = {
  name: 'Conv3DBackpropInputV2',
  lowering: 'ConvTranspose, channels first',
  infer: (_, attrs) => [{ shape: attrs['inputShape'] as number[], dtype: 'float32' }],
  lower: (ctx, { inputs: { dy, filter }, attrs, outputs: [dx] }) => {
    const { axes, filled } = unskipped(ctx.graph, geometryOf(dx.shape, filter.shape, attrs).axes);
    const [n, , , , c] = dx.shape;
    // Voxels that the forward pass never reached come back as output padding.
    const full = axes.map(
      (a) => (a.output - 1) * a.stride + a.dilation * (a.kernel - 1) + 1 - a.before - a.input,
    );
    const ref = ctx.graph.op(
      'ConvTranspose',
      [ctx.as(dy, 'nchw'), plainFilter(ctx.graph, ctx.plain(filter))],
      [n, c, ...axes.map(({ input }) => input)],
      {
        ...windowAttributes(axes),
        dilations: dilations(axes),
        pads: [...axes.map(({ before }) => before), ...full.map((f) => Math.max(0, f))],
        output_padding: full.map((f) => Math.max(0, -f)),
      },
    );
    defineVolume(ctx, dx, filled(ref));
  },
};

/**
 * `dW[t, c, o] = Σ_{n,p} X[n, s·p + d·t − b, c] · dY[n, p, o]`, t a tap and p a voxel of dY: the convolution of X,
 * its channels as the batch and its batch as the channels, with dY as the filter; stride and dilation swap roles.
 */
const filterGradient: Kernel = {
  name: 'Conv3DBackpropFilterV2',
  lowering: 'Conv with dY as the filter, the batch as its channels',
  infer: (_, attrs) => [{ shape: attrs['filterShape'] as number[], dtype: 'float32' }],
  lower: (ctx, { inputs: { x, dy }, attrs, outputs: [dw] }) => {
    const { graph: g } = ctx;
    if (sizeOf(dy.shape) === 0) {
      return ctx.define(dw, 'plain', g.floats(new Float32Array(sizeOf(dw.shape)), dw.shape));
    }
    const { axes, cut: unread } = unskipped(g, geometryOf(x.shape, dw.shape, attrs).axes);
    const [c, o] = dw.shape.slice(3);
    const after = axes.map((a) => {
      const span = a.dilation * (a.kernel - 1) + a.stride * (a.output - 1) + 1;
      return Math.max(0, span - a.input - a.before);
    });
    // Voxels that the forward pass never reached make further positions, which are cut off.
    const positions = axes.map(
      (a, i) =>
        Math.floor((a.input + a.before + after[i] - a.stride * (a.output - 1) - 1) / a.dilation) +
        1,
    );
    const kernel = axes.map((a) => a.kernel);
    const turned = (volume: Ref) => g.transpose(volume, [1, 0, 2, 3, 4]);
    const images = turned(unread(ctx.as(x, 'nchw')));
    const taps = g.op('Conv', [images, turned(ctx.as(dy, 'nchw'))], [c, o, ...positions], {
      kernel_shape: axes.map(({ output }) => output),
      strides: dilations(axes),
      dilations: axes.map(({ stride }) => stride),
      pads: [...axes.map(({ before }) => before), ...after],
    });
    const cut = positions.every((p, i) => p === kernel[i])
      ? taps
      : g.op(
          'Slice',
          [taps, g.ints([0, 0, 0]), g.ints(kernel), g.ints([2, 3, 4])],
          [c, o, ...kernel],
        );
    ctx.define(dw, 'plain', g.transpose(cut, [2, 3, 4, 0, 1]));
  },
};

defineKernels(conv3d, inputGradient, filterGradient);
