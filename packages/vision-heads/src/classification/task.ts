import { maskedCrossEntropy, type TargetEncoder, type Task } from '@scene-mtl/core';
import { exampleHead } from '../example-head.ts';
import { mostProbable } from '../most-probable.ts';
import { classificationMetrics } from './metrics.ts';
import { labelTargets } from './targets.ts';

/** What a classification head predicts for one example. */
export interface ClassificationPrediction {
  /** Most probable class; the lower one where two are equal. */
  readonly value: number;
  /** Softmax probabilities `f32 [C]`. */
  readonly probabilities: Float32Array;
}

/**
 * One class for a whole example: softmax and cross-entropy.
 * @param field of kind `label`: the digit at the left, the weather
 * @param classes number of classes C, from 2
 * @example
 * ```ts
 * import { classification } from '@scene-mtl/vision-heads';
 * classification('digit', 10).decode(Float32Array.of(0, 0, 0, 7, 0, 0, 0, 0, 0, 0), 1, 1).value; // → 3
 * ```
 */
export const classification = (field: string, classes: number): Task<ClassificationPrediction> =>
  classificationOn(labelTargets(field, classes), classes);

/** The same of classes that are had in any way. */
export function classificationOn(
  targets: TargetEncoder,
  classes: number,
): Task<ClassificationPrediction> {
  return {
    ...targets,
    likelihood: 'softmax',
    outputChannels: classes,
    metrics: classificationMetrics,
    decoder: (features, _, options) => exampleHead(features, classes, options),
    loss: maskedCrossEntropy,
    decode(output) {
      const { classes: best, probabilities } = mostProbable(targets.name, output, 1, classes);
      return { value: best[0], probabilities };
    },
  };
}
