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
 */
export function semantic(classes: number): Task<SemanticPrediction> {
  return {
    ...semanticTargets(classes),
    likelihood: 'softmax',
    outputChannels: classes,
    metrics: semanticMetrics,
    decoder: (features, size, options) => decoder(features, classes, size, options),
    loss: maskedCrossEntropy,
    decode: (output, height, width) => mostProbable('semantic', output, height * width, classes),
  };
}
