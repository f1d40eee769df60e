import { maskedL1, maskedL2, type Task, type TargetEncoder } from '@scene-mtl/core';
import { exampleHead } from '../example-head.ts';
import { regressionMetrics } from './metrics.ts';
import { numberTargets } from './targets.ts';

/** What a regression head predicts for one example. */
export interface RegressionPrediction {
  /** `f32 [N]`, in the unit of the target. */
  readonly values: Float32Array;
}

/**
 * Numbers for a whole example: the sum over the numbers of the squared (`l2`, Gaussian noise) or
 * absolute error (`l1`, Laplace noise).
 * @param field of kind `numbers`: a steering angle, an age
 * @param count how many numbers, N
 * @example
 * ```ts
 * import { regression } from '@scene-mtl/vision-heads';
 * import * as tf from '@tensorflow/tfjs';
 * const steering = regression('steering', 1);
 * steering.loss(tf.tensor2d([[3]]), tf.tensor2d([[1]]), tf.tensor2d([[1]])).arraySync(); // → 4
 * ```
 */
export const regression = (
  field: string,
  count: number,
  norm: 'l1' | 'l2' = 'l2',
): Task<RegressionPrediction> => regressionOn(numberTargets(field, count), norm);

/** The same of numbers that are had in any way. */
export function regressionOn(
  targets: TargetEncoder,
  norm: 'l1' | 'l2' = 'l2',
): Task<RegressionPrediction> {
  const { name, targetChannels: count } = targets;
  return {
    ...targets,
    likelihood: norm === 'l1' ? 'laplace' : 'gaussian',
    outputChannels: count,
    metrics: regressionMetrics,
    decoder: (features, _, options) => exampleHead(features, count, options),
    loss: norm === 'l1' ? maskedL1 : maskedL2,
    decode(output) {
      if (output.length !== count) {
        throw new Error(`${name}: expected ${count} numbers to decode, got ${output.length}`);
      }
      return { values: output };
    },
  };
}
