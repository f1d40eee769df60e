import {
  convBnRelu,
  convolution,
  dropoutLayer,
  inside,
  upsampleTo,
  type DecoderOptions,
} from '@scene-mtl/core';
import type * as tf from '@tensorflow/tfjs';

/**
 * The decoder that all heads share in form (Kendall et al. 2018, section 4: 3×3; appendix A: 1×1):
 * k×k convolution to `width` with batch normalisation and ReLU, `dropout`, 1×1 convolution to the output,
 * bilinear up-sampling to the input's size.
 * @param features symbolic shared features `[B, h, w, C]`
 * @param outputChannels channels of the output, which is linear
 * @param size `[H, W]` in px, whole multiples of h and w
 * @returns `[B, H, W, outputChannels]`, from a layer that has the task's name
 */
export function decoder(
  features: tf.SymbolicTensor,
  outputChannels: number,
  size: readonly [number, number],
  { width, kernel, scope, dropout }: DecoderOptions,
): tf.SymbolicTensor {
  const hidden = convBnRelu(features, inside(scope, 'hidden'), { filters: width, kernel });
  const kept = dropoutLayer(hidden, scope, dropout);
  const output = convolution(kept, inside(scope, 'output'), {
    filters: outputChannels,
    kernel: 1,
    bias: true,
    gain: 1,
  });
  return upsampleTo(output, size, scope.name);
}
