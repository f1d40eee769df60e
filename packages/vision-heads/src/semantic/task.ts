import { maskedCrossEntropy, type Task } from '@scene-mtl/core';
import { decoder } from '../decoder.ts';
import { mostProbable, type MostProbable } from '../most-probable.ts';
import { semanticMetrics } from './metrics.ts';
import { semanticTargets } from './targets.ts';

/** What the semantic head predicts for one image: a place is a pixel, row-major. */
export type SemanticPrediction = MostProbable;

/**
 * Semantic segmentation: softmax over `classes` training classes, cross-entropy averaged over the
 * labelled pixels; void pixels never count.
 * @param classes number of training classes, 2 … 255
 * @param field of kind `classes`; the task has its name
 * @example
 * ```ts
 * import { semantic } from '@scene-mtl/vision-heads';
 * // One pixel of two classes, logits 0 and log 3.
 * const { classes, probabilities } = semantic(2).decode(Float32Array.of(0, Math.log(3)), 1, 1);
 * classes; // → [1]
 * probabilities; // → [0.25, 0.75]
 * ```
 */
export function semantic(classes: number, field = 'semantic'): Task<SemanticPrediction> {
  return {
    ...semanticTargets(classes, field),
    likelihood: 'softmax',
    outputChannels: classes,
    metrics: semanticMetrics,
    decoder: (features, size, options) => decoder(features, classes, size, options),
    loss: maskedCrossEntropy,
    decode: (output, height, width) => mostProbable(field, output, height * width, classes),
  };
}
