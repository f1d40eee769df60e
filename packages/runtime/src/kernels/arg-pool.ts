import { onnxType } from '../lowering/lowering.ts';
import { defineKernels, type Kernel } from './kernel.ts';
import { poolAttributes, poolInfo } from './pooling.ts';

/**
 * The greatest element of each window and where it is. ONNX counts places in `[N, C, H, W]`, n·C·H·W + c·H·W + y·W + x;
 * TensorFlow.js in `[H, W, C]`, y·W·C + x·C + c, plus n·H·W·C where the batch counts.
 */
const maxPoolWithArgmax: Kernel = {
  name: 'MaxPoolWithArgmax',
  lowering: 'MaxPool with indices, their places counted anew; NaN is passed over',
  infer: ({ x }, attrs) => {
    const shape = poolInfo(x.shape, attrs).outShape;
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  lower: (ctx, { inputs: { x }, attrs, outputs: [y, at] }) => {
    const { graph: g } = ctx;
    const [n, h, w, c] = x.shape;
    const [, outH, outW] = y.shape;
    const shape = [n, c, outH, outW];
    const given = g.cast(ctx.as(x, 'nchw'), 'float32');
    const isNan = g.op('IsNaN', [given], given.shape, {}, { type: 'bool' });
    // What is not a number is never the greatest.
    const image = g.op(
      'Where',
      [isNan, g.float(-Infinity), given],
      given.shape,
      {},
      { type: 'float32' },
    );
    const [values, places] = g.ops(
      'MaxPool',
      [image],
      [{ shape }, { shape, type: 'int64' }],
      poolAttributes(poolInfo(x.shape, attrs)),
    );
    const int = (value: number) => g.typed([value], [], 'int64');
    const pixel = g.op('Mod', [places, int(h * w)], shape);
    const offsets: number[] = [];
    for (let b = 0; b < n; b++) {
      for (let k = 0; k < c; k++)
        offsets.push(k + (attrs['includeBatchInIndex'] ? b * h * w * c : 0));
    }
    const moved = g.op(
      'Add',
      [g.op('Mul', [pixel, int(c)], shape), g.typed(offsets, [n, c, 1, 1], 'int64')],
      shape,
    );
    ctx.define(y, 'nchw', g.cast(values, onnxType(y.dtype)));
    ctx.define(at, 'nchw', g.cast(moved, 'int32'));
  },
};

defineKernels(maxPoolWithArgmax);
