import { maskedCrossEntropy, type Task } from '@scene-mtl/core';
import { decoder } from '../decoder.ts';
import { semanticTargets } from './targets.ts';

/** What the semantic head predicts for one image. */
export interface SemanticPrediction {
  /** Most probable class per pixel, `u8 [H, W]`; the lower id where two are equal. */
  readonly classes: Uint8Array;
  /** Softmax probability of that class, `f32 [H, W]`, in (0, 1]. */
  readonly confidence: Float32Array;
  /** Softmax probabilities of all classes, `f32 [H, W, C]`; a pixel's sum to 1. */
  readonly probabilities: Float32Array;
}

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
    metrics: [
      { name: 'iou', unit: '%', better: 'higher' },
      { name: 'pixelAccuracy', unit: '%', better: 'higher' },
    ],
    decoder: (features, size, options) => decoder(features, classes, size, options),
    loss: maskedCrossEntropy,
    decode: (output, height, width) => mostProbable(output, height * width, classes),
  };
}

function mostProbable(logits: Float32Array, pixels: number, classes: number): SemanticPrediction {
  if (logits.length !== pixels * classes) {
    throw new Error(
      `semantic: expected ${pixels} × ${classes} logits to decode, got ${logits.length}`,
    );
  }
  const best = new Uint8Array(pixels);
  const confidence = new Float32Array(pixels);
  const probabilities = new Float32Array(pixels * classes);
  for (let i = 0; i < pixels; i++) {
    const at = i * classes;
    let chosen = 0;
    for (let c = 1; c < classes; c++) if (logits[at + c] > logits[at + chosen]) chosen = c;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      sum += probabilities[at + c] = Math.exp(logits[at + c] - logits[at + chosen]);
    }
    for (let c = 0; c < classes; c++) probabilities[at + c] /= sum;
    best[i] = chosen;
    confidence[i] = 1 / sum;
  }
  return { classes: best, confidence, probabilities };
}
