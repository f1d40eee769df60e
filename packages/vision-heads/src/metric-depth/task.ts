import { maskedL1, type Task } from '@scene-mtl/core';
import { decoder } from '../decoder.ts';
import { assertMap } from '../map-size.ts';
import { metricDepthMetrics } from './metrics.ts';
import { metricDepthTargets } from './targets.ts';

/** What the head of a depth in its own unit predicts for one image. */
export interface MetricDepthPrediction {
  /** `f32 [H, W]`, in the unit of the data. */
  readonly depth: Float32Array;
}

/**
 * Depth itself (`depth` is its inverse, as disparity): |z − ẑ| averaged over the pixels whose depth z is
 * known, as in the NYUv2 tasks of MTAN (Liu, Johns & Davison 2019).
 * @param field of kind `depth`; the task has its name
 * @param unit of its values
 * @example
 * ```ts
 * import { metricDepth } from '@scene-mtl/vision-heads';
 * import * as tf from '@tensorflow/tfjs';
 * const [output, target] = [tf.tensor4d([3, 9], [1, 1, 2, 1]), tf.tensor4d([5, 0], [1, 1, 2, 1])];
 * // The second pixel is not known.
 * metricDepth('height').loss(output, target, tf.tensor4d([1, 0], [1, 1, 2, 1])).arraySync(); // → 2
 * ```
 */
export function metricDepth(field: string, unit = 'm'): Task<MetricDepthPrediction> {
  return {
    ...metricDepthTargets(field),
    likelihood: 'laplace',
    outputChannels: 1,
    metrics: metricDepthMetrics(unit),
    decoder: (features, size, options) => decoder(features, 1, size, options),
    loss: maskedL1,
    decode(output, height, width) {
      assertMap(field, output, height, width);
      return { depth: output };
    },
  };
}
