import { maskedL1, type Task } from '@scene-mtl/core';
import { decoder } from '../decoder.ts';
import { assertMap } from '../map-size.ts';
import { depthMetrics } from './metrics.ts';
import { depthTargets } from './targets.ts';

/** What the depth head predicts for one image. */
export interface DepthPrediction {
  /** Disparity `f32 [H, W]` in px at the image's width; inverse depth is `d / (baseline · fx)`. */
  readonly disparity: Float32Array;
}

/**
 * Inverse depth as disparity in px at the sample's resolution (Kendall et al. 2018, section 4.3):
 * |d − d̂| averaged over the pixels whose disparity is known. Sky counts where the dataset gives it
 * a valid disparity of 0.
 * @param field of kind `disparity`; the task has its name
 * @example
 * ```ts
 * import { depth } from '@scene-mtl/vision-heads';
 * import * as tf from '@tensorflow/tfjs';
 * const [output, target] = [tf.tensor4d([3, 9], [1, 1, 2, 1]), tf.tensor4d([5, 0], [1, 1, 2, 1])];
 * // The second pixel is not known.
 * depth().loss(output, target, tf.tensor4d([1, 0], [1, 1, 2, 1])).arraySync(); // → 2
 * ```
 */
export function depth(field = 'depth'): Task<DepthPrediction> {
  return {
    ...depthTargets(field),
    likelihood: 'laplace',
    outputChannels: 1,
    metrics: depthMetrics,
    decoder: (features, size, options) => decoder(features, 1, size, options),
    loss: maskedL1,
    decode(output, height, width) {
      assertMap(field, output, height, width);
      return { disparity: output };
    },
  };
}
