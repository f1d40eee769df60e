import { maskedMean, type Task } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import { decoder } from '../decoder.ts';
import { assertMap } from '../map-size.ts';
import { edgesMetrics } from './metrics.ts';
import { edgeTargets } from './targets.ts';

/** What the edges head predicts for one image. */
export interface EdgesPrediction {
  /** Score of an edge per pixel, `f32 [H, W]`, in 0 … 1: the sigmoid of the head's output. */
  readonly edges: Float32Array;
}

/** Weight of a pixel on an edge; one beside it has 1 − w (Maninis, Radosavovic & Kokkinos 2019). */
export const EDGE_WEIGHT = 0.95;

/**
 * Boundaries between classes and objects: a logit f per pixel and a weighted binary cross-entropy, since
 * few pixels lie on an edge,
 *
 * `L = mean(w y log(1 + exp(−f)) + (1 − w)(1 − y) log(1 + exp(f)))`, w = 0.95
 *
 * over the pixels that count. The two classes have a softmax likelihood with logits (0, f).
 * @param field of kind `edges`; the task has its name
 * @example
 * ```ts
 * import { edges } from '@scene-mtl/vision-heads';
 * edges().decode(Float32Array.of(0, 9), 1, 2).edges; // → [0.50, 1.00]
 * ```
 */
export function edges(field = 'edges'): Task<EdgesPrediction> {
  return {
    ...edgeTargets(field),
    likelihood: 'softmax',
    outputChannels: 1,
    metrics: edgesMetrics,
    decoder: (features, size, options) => decoder(features, 1, size, options),
    loss: weightedCrossEntropy,
    decode(output, height, width) {
      assertMap(field, output, height, width);
      return { edges: output.map((f) => 1 / (1 + Math.exp(-f))) };
    },
  };
}

function weightedCrossEntropy(output: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  const on = tf.mul(tf.mul(EDGE_WEIGHT, target), tf.softplus(tf.neg(output)));
  const off = tf.mul(tf.mul(1 - EDGE_WEIGHT, tf.sub(1, target)), tf.softplus(output));
  return maskedMean(tf.add(on, off), mask);
}
