import * as tf from '@tensorflow/tfjs';
import { gradientInSteps } from './inside-step.ts';

/**
 * TensorFlow.js 4.22's gradient of `avgPool` divides by the whole window everywhere, while the
 * forward pass divides by the part of the window inside the image: with 'same' padding the gradient
 * at the border is too small. Inside steps it is the adjoint of the forward pass:
 * `dx = Wᵀ (dy / count)`, W the convolution with a window of ones.
 */

type Shape4 = [number, number, number, number];
type Attrs = Readonly<Record<string, unknown>>;

/** Pixels of the image under each window, `[1, h, w, 1]`. */
function counts(info: ReturnType<typeof tf.backend_util.computePool2DInfo>): tf.Tensor4D {
  const inside = (i: number, stride: number, before: number, window: number, size: number) =>
    Math.min(size, i * stride - before + window) - Math.max(0, i * stride - before);
  const { outHeight, outWidth, padInfo } = info;
  const values = new Float32Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++) {
    const rows = inside(y, info.strideHeight, padInfo.top, info.filterHeight, info.inHeight);
    for (let x = 0; x < outWidth; x++) {
      const columns = inside(x, info.strideWidth, padInfo.left, info.filterWidth, info.inWidth);
      values[y * outWidth + x] = rows * columns;
    }
  }
  return tf.tensor4d(values, [1, outHeight, outWidth, 1]);
}

/** Voxels of the volume under each window, `[1, d, h, w, 1]`: the product of what lies inside along each axis. */
function volumeCounts(info: ReturnType<typeof tf.backend_util.computePool3DInfo>): tf.Tensor {
  const { front, top, left } = info.padInfo;
  const along = (count: number, stride: number, before: number, window: number, size: number) =>
    Array.from(
      { length: count },
      (_, i) => Math.min(size, i * stride - before + window) - Math.max(0, i * stride - before),
    );
  const depths = along(info.outDepth, info.strideDepth, front, info.filterDepth, info.inDepth);
  const rows = along(info.outHeight, info.strideHeight, top, info.filterHeight, info.inHeight);
  const columns = along(info.outWidth, info.strideWidth, left, info.filterWidth, info.inWidth);
  return tf.mul(
    tf.mul(
      tf.reshape(tf.tensor1d(depths), [1, -1, 1, 1, 1]),
      tf.reshape(tf.tensor1d(rows), [-1, 1, 1]),
    ),
    tf.reshape(tf.tensor1d(columns), [-1, 1]),
  );
}

/** As that of `avgPool`, for volumes: the channels become part of the batch, W is one filter of ones. */
gradientInSteps({
  kernelName: 'AvgPool3D',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], untyped) => {
    const { filterSize, strides, pad, dimRoundingMode } = untyped as unknown as Attrs;
    const info = tf.backend_util.computePool3DInfo(
      x.shape as [number, number, number, number, number],
      filterSize as number,
      strides as number,
      1,
      pad as 'same',
      dimRoundingMode as 'floor' | undefined,
    );
    const [n, d, h, w, c] = x.shape;
    const { outDepth, outHeight, outWidth } = info;
    return {
      x: () => {
        const shares = tf.div(dy as tf.Tensor, volumeCounts(info));
        const apart = tf.transpose(shares, [0, 4, 1, 2, 3]);
        const given = tf.reshape(apart, [n * c, outDepth, outHeight, outWidth, 1]);
        const filter = tf.ones([info.filterDepth, info.filterHeight, info.filterWidth, 1, 1]);
        const spread = tf
          .engine()
          .runKernel<tf.Tensor>('Conv3DBackpropInputV2', { dy: given, filter }, {
            ...{ strides, pad, inputShape: [n * c, d, h, w, 1] },
          } as never);
        return tf.transpose(tf.reshape(spread, [n, c, d, h, w]), [0, 2, 3, 4, 1]);
      },
    };
  },
});

gradientInSteps({
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], untyped) => {
    const { filterSize, strides, pad, dimRoundingMode } = untyped as unknown as Attrs;
    const info = tf.backend_util.computePool2DInfo(
      x.shape as Shape4,
      filterSize as number,
      strides as number,
      1,
      pad as 'same',
      dimRoundingMode as 'floor' | undefined,
    );
    return {
      x: () => {
        const shares = tf.div(dy as tf.Tensor4D, counts(info));
        const filter = tf.ones([info.filterHeight, info.filterWidth, info.inChannels, 1]);
        const attrs = { strides, pad, dimRoundingMode, dilations: 1, inputShape: x.shape };
        return tf
          .engine()
          .runKernel('DepthwiseConv2dNativeBackpropInput', { dy: shares, filter }, attrs as never);
      },
    };
  },
});
