import * as tf from '@tensorflow/tfjs';

/** Images of either format to `[N, H, W, C]` and back: a transpose each way for NCHW, nothing for NHWC. */
export function channelsLast(dataFormat: unknown): {
  readonly last: (x: tf.Tensor) => tf.Tensor;
  readonly first: (x: tf.Tensor) => tf.Tensor;
} {
  if (dataFormat !== 'NCHW') return { last: (x) => x, first: (x) => x };
  return {
    last: (x) => tf.transpose(x, [0, 2, 3, 1]),
    first: (x) => tf.transpose(x, [0, 3, 1, 2]),
  };
}
