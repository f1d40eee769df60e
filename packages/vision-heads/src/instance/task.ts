import { maskedL1, type Task } from '@scene-mtl/core';
import { decoder } from '../decoder.ts';
import { assertMap } from '../map-size.ts';
import { instanceMetrics } from './metrics.ts';
import { instanceTargets } from './targets.ts';

/** What the instance head predicts for one image; clustering makes instances of it. */
export interface InstancePrediction {
  /** Vector (dx, dy) from each pixel to its object's centre, `f32 [H, W, 2]`, in px. */
  readonly vectors: Float32Array;
}

/**
 * Instances by centre vectors (Kendall et al. 2018, section 4.2): every pixel of an object points
 * to the object's centre, `x_n = c_n − p_n`, in px at the sample's resolution. Loss: |dx| + |dy| of
 * the error, averaged over the pixels that belong to an object.
 * @param field of kind `objects`; the task has its name
 * @example
 * ```ts
 * import { instance } from '@scene-mtl/vision-heads';
 * const { targetChannels, likelihood } = instance();
 * [targetChannels, likelihood]; // → [2, 'laplace']
 * ```
 */
export function instance(field = 'instance'): Task<InstancePrediction> {
  return {
    ...instanceTargets(field),
    likelihood: 'laplace',
    outputChannels: 2,
    metrics: instanceMetrics,
    decoder: (features, size, options) => decoder(features, 2, size, options),
    loss: maskedL1,
    decode(output, height, width) {
      assertMap(field, output, height, width, 2);
      return { vectors: output };
    },
  };
}
