import { maskedMean, type Task } from '@scene-mtl/core';
import * as tf from '@tensorflow/tfjs';
import { decoder } from '../decoder.ts';
import { assertMap } from '../map-size.ts';
import { normalsMetrics } from './metrics.ts';
import { normalTargets } from './targets.ts';

/** What the normals head predicts for one image. */
export interface NormalsPrediction {
  /** Unit vectors in camera coordinates (x right, y down, z away), `f32 [H, W, 3]`. */
  readonly normals: Float32Array;
}

/** Keeps the gradient finite where the head gives 0. */
const EPSILON = 1e-8;

/**
 * Surface normals (as in Eigen & Fergus 2015 and the NYUv2 tasks of MTAN): the head's vector f is
 * divided by its length, n̂ = f / √(‖f‖² + ε), and
 *
 * `L = mean(1 − n · n̂)` over the pixels whose normal n is known
 *
 * which for unit vectors is ½‖n − n̂‖², hence the Gaussian likelihood.
 * @param field of kind `normals`; the task has its name
 * @example
 * ```ts
 * import { normals } from '@scene-mtl/vision-heads';
 * normals().decode(Float32Array.of(0, 0, -5), 1, 1).normals; // → [0, 0, -1]
 * ```
 */
export function normals(field = 'normals'): Task<NormalsPrediction> {
  return {
    ...normalTargets(field),
    likelihood: 'gaussian',
    outputChannels: 3,
    metrics: normalsMetrics,
    decoder: (features, size, options) => decoder(features, 3, size, options),
    loss: cosineDistance,
    decode(output, height, width) {
      assertMap(field, output, height, width, 3);
      return { normals: unitVectors(output) };
    },
  };
}

function cosineDistance(output: tf.Tensor, target: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  const axis = output.rank - 1;
  const length = tf.sqrt(tf.add(tf.sum(tf.square(output), axis), EPSILON));
  const cosine = tf.div(tf.sum(tf.mul(output, target), axis), length);
  return maskedMean(tf.sub(1, cosine), tf.squeeze(mask, [axis]));
}

/** Each vector divided by its length; one without a length faces the camera. */
function unitVectors(vectors: Float32Array): Float32Array {
  const result = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) {
    const length = Math.hypot(vectors[i], vectors[i + 1], vectors[i + 2]);
    if (length > 0) for (let c = i; c < i + 3; c++) result[c] = vectors[c] / length;
    else result[i + 2] = -1;
  }
  return result;
}
