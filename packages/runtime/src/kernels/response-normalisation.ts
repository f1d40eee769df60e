import * as tf from '@tensorflow/tfjs';
import { like, defineCompositions, defineKernels, type Kernel } from './kernel.ts';

/**
 * Local response normalisation over the channels (Krizhevsky et al. 2012, section 3.3):
 * y_i = x_i · s_i^−β with s_i = bias + α · Σ_{|j − i| ≤ r} x_j².
 */

const lrn: Kernel = {
  name: 'LRN',
  lowering: 'LRN',
  infer: ({ x }) => like(x),
  lower: (ctx, { inputs: { x }, attrs, outputs: [y] }) => {
    const [n, h, w, c] = x.shape;
    const size = 2 * (attrs['depthRadius'] as number) + 1;
    ctx.define(
      y,
      'nchw',
      ctx.graph.op('LRN', [ctx.as(x, 'nchw')], [n, c, h, w], {
        size,
        // ONNX divides alpha by the size of the window.
        alpha: { float: (attrs['alpha'] as number) * size },
        beta: { float: attrs['beta'] as number },
        bias: { float: attrs['bias'] as number },
      }),
    );
  },
};

defineKernels(lrn);

/** `[C, C]`, 1 where |i − j| ≤ radius: a product with it sums over the window. */
function band(channels: number, radius: number): tf.Tensor2D {
  const values = Float32Array.from({ length: channels * channels }, (_, k) =>
    Math.abs(Math.floor(k / channels) - (k % channels)) <= radius ? 1 : 0,
  );
  return tf.tensor2d(values, [channels, channels]);
}

defineCompositions({
  name: 'LRNGrad',
  lowering: 'products with a band matrix',
  compose: ({ x, y, dy }, attrs) => {
    const { depthRadius, bias, alpha, beta } = attrs as Record<string, number>;
    const channels = x.shape[3] as number;
    const window = band(channels, depthRadius);
    const sum = (value: tf.Tensor) =>
      tf.matMul(value.reshape([-1, channels]), window).reshape(value.shape);
    const s = tf.add(tf.mul(sum(tf.square(x)), alpha), bias);
    // dx_i = dy_i · s_i^−β − 2αβ · x_i · Σ_j dy_j · y_j / s_j
    const direct = tf.mul(dy, tf.pow(s, -beta));
    const through = tf.mul(x, sum(tf.div(tf.mul(dy, y), s)));
    return tf.sub(direct, tf.mul(through, 2 * alpha * beta));
  },
});
