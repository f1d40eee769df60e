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
