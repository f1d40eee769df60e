import { callSite } from '../capture/call-site.ts';
import { CaptureError } from '../capture/errors.ts';

/**
 * Padding after the last element of an axis with which ONNX, which rounds down, gives the output
 * size that TensorFlow.js computed. Zeros that no window reaches are left out.
 *
 * @param effective size of the window, dilation included
 * @throws CaptureError where no padding gives that size: with an explicit padding TensorFlow.js
 * computes the width of the result from the height of the window
 */
export function padAfter(
  axis: string,
  input: number,
  output: number,
  before: number,
  stride: number,
  effective: number,
): number {
  const after = Math.max(0, (output - 1) * stride + effective - input - before);
  const size = Math.floor((input + before + after - effective) / stride) + 1;
  if (size !== output) {
    throw new CaptureError(
      `compile: a window of ${effective} over a ${axis} of ${input} gives ${size} positions, but ` +
        `TensorFlow.js computes ${output} at ${callSite()}; pad with tf.pad and use 'valid'`,
    );
  }
  return after;
}
