import type * as tf from '@tensorflow/tfjs';
import { callSite } from '../capture/call-site.ts';
import { CaptureError } from '../capture/errors.ts';

/** The numbers of a tensor that depends on no input; undefined for one that does. */
export function numbersOf(x: tf.Tensor): tf.backend_util.TypedArray | undefined {
  try {
    return x.dataSync();
  } catch (error) {
    if (error instanceof CaptureError) return undefined;
    throw error;
  }
}

/**
 * The numbers of an input on which the size of a kernel's result depends.
 * @throws CaptureError where it is not known when the step is captured
 */
export function known(kernel: string, name: string, x: tf.Tensor): tf.backend_util.TypedArray {
  const numbers = numbersOf(x);
  if (numbers) return numbers;
  throw new CaptureError(
    `compile: ${kernel} at ${callSite()}: the size of its result depends on the numbers of '${name}', which ` +
      'must not depend on an input of the step; compute it outside, or run the step on an eager engine',
  );
}
