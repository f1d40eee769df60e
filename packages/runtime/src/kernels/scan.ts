import * as tf from '@tensorflow/tfjs';
import type { TraceValue } from '../capture/value.ts';
import { onnxType } from '../lowering/lowering.ts';
import { defineCompositions, defineKernels, type Kernel } from './kernel.ts';

/** Running sums and products, and reversal, along an axis. */

const axisOf = (axis: unknown, rank: number): number =>
  rank === 0 ? 0 : tf.util.parseAxisParam((axis ?? 0) as number, Array<number>(rank).fill(1))[0];

const upcast = (x: TraceValue) => (x.dtype === 'bool' ? 'int32' : x.dtype);

const cumsum: Kernel = {
  name: 'Cumsum',
  lowering: 'CumSum',
  infer: ({ x }) => [{ shape: x.shape, dtype: upcast(x) }],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const axis = g.typed([axisOf(attrs['axis'], x.shape.length)], [], 'int32');
    const ref = g.cast(ctx.plain(x), onnxType(y.dtype));
    const exclusive = attrs['exclusive'] ? 1 : 0;
    const reverse = attrs['reverse'] ? 1 : 0;
    const from = x.shape.length === 0 ? g.reshape(ref, [1]) : ref;
    const sum = g.op('CumSum', [from, axis], from.shape, { exclusive, reverse });
    ctx.define(y, 'plain', g.reshape(sum, y.shape));
  },
};

const reverse: Kernel = {
  name: 'Reverse',
  lowering: 'Slice with negative steps',
  infer: ({ x }) => [{ shape: x.shape, dtype: x.dtype }],
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const { graph: g } = ctx;
    const axes = tf.util.parseAxisParam(attrs['dims'] as number[], [...x.shape]);
    if (axes.length === 0) return ctx.define(y, 'plain', () => ctx.plain(x));
    const every = (value: number) => g.ints(axes.map(() => value));
    // From the last element down to the one before the first, which ONNX writes as "very negative".
    const ends = [every(-1), every(-(2 ** 31)), g.ints(axes), every(-1)];
    ctx.define(y, 'plain', g.op('Slice', [ctx.plain(x), ...ends], y.shape));
  },
};

defineKernels(cumsum, reverse);

/** Products with the neighbours at distance 1, 2, 4, …: log₂ n passes. */
function cumprod(x: tf.Tensor, axis: number, exclusive: boolean, backwards: boolean): tf.Tensor {
  if (x.rank === 0) return exclusive ? tf.onesLike(x) : x.clone();
  const n = x.shape[axis];
  const ones = (size: number) =>
    tf.ones(
      x.shape.map((d, i) => (i === axis ? size : d)),
      x.dtype,
    );
  const cut = (y: tf.Tensor, from: number, size: number) =>
    tf.slice(
      y,
      y.shape.map((_, i) => (i === axis ? from : 0)),
      y.shape.map((d, i) => (i === axis ? size : d)),
    );
  const shifted = (y: tf.Tensor, by: number): tf.Tensor => {
    if (by >= n) return ones(n);
    return backwards
      ? tf.concat([cut(y, by, n - by), ones(by)], axis)
      : tf.concat([ones(by), cut(y, 0, n - by)], axis);
  };
  let y = exclusive ? shifted(x, 1) : x.clone();
  for (let reach = 1; reach < n; reach *= 2) y = tf.mul(y, shifted(y, reach));
  return y;
}

defineCompositions(
  {
    name: 'Cumprod',
    lowering: 'products with shifted copies, log₂ n of them',
    compose: ({ x }, attrs) =>
      cumprod(
        x.dtype === 'bool' ? tf.cast(x, 'int32') : x,
        axisOf(attrs['axis'], x.rank),
        Boolean(attrs['exclusive']),
        Boolean(attrs['reverse']),
      ),
  },
  {
    name: 'FlipLeftRight',
    lowering: 'reverse of axis 2',
    compose: ({ image }) => tf.reverse(image, 2),
  },
);
