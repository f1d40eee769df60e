import { batchNormTraining } from '@scene-mtl/runtime';
import * as tf from '@tensorflow/tfjs';
import { replaceCall, weightOf } from './replace-call.ts';
import { owned, type Scope } from './scope.ts';
import { commit, type Statistic } from './forward.ts';

/** Constants of a {@link batchNormalisation}. */
export interface BatchNormOptions {
  /** ε added to the variance. Default 1e-5, as in PyTorch (TensorFlow.js: 1e-3). */
  readonly epsilon?: number;
  /**
   * Part of the moving averages that is kept in a step. Default 0.9, which PyTorch writes as 0.1
   * (TensorFlow.js: 0.99, too slow for runs of a few thousand steps).
   */
  readonly momentum?: number;
}

/**
 * Batch normalisation over batch and space (Ioffe & Szegedy 2015).
 *
 * Training: statistics of the batch, by one op with its own gradient; the moving averages become
 * `a ← momentum · a + (1 − momentum) · statistic` when the step is over (see {@link Statistic}).
 * Inference, and training where the layer is frozen: the moving averages.
 *
 * As in PyTorch the variance that enters the moving average is the unbiased one, times
 * m/(m − 1) with m = B·H·W (TensorFlow.js's own layer averages the biased one). At m = 1 it is 0.
 *
 * @param x symbolic activations `[B, H, W, C]`
 * @returns the same shape
 */
export function batchNormalisation(
  x: tf.SymbolicTensor,
  scope: Scope,
  { epsilon = 1e-5, momentum = 0.9 }: BatchNormOptions = {},
): tf.SymbolicTensor {
  const layer = tf.layers.batchNormalization({ name: scope.name, epsilon, momentum });
  owned(layer, scope);
  replaceCall(layer, (input, { training = false, report }) => {
    const gamma = weightOf<tf.Tensor1D>(layer, 'gamma');
    const beta = weightOf<tf.Tensor1D>(layer, 'beta');
    const movingMean = weightOf<tf.Variable<tf.Rank.R1>>(layer, 'moving_mean');
    const movingVariance = weightOf<tf.Variable<tf.Rank.R1>>(layer, 'moving_variance');
    if (!training) {
      return tf.batchNorm4d(input, movingMean, movingVariance, beta, gamma, epsilon);
    }
    const { y, mean, variance } = batchNormTraining(input, gamma, beta, epsilon);
    const m = input.size / mean.size;
    const moved = [
      movedTowards(movingMean, mean, momentum, 1),
      movedTowards(movingVariance, variance, momentum, m / Math.max(m - 1, 1)),
    ];
    if (report) moved.forEach(report);
    else commit(moved);
    return y;
  });
  return layer.apply(x) as tf.SymbolicTensor;
}

function movedTowards(
  average: tf.Variable<tf.Rank.R1>,
  statistic: tf.Tensor1D,
  momentum: number,
  factor: number,
): Statistic {
  const value = tf.tidy(() => {
    const kept = tf.mul(average, momentum);
    return tf.add(kept, tf.mul(statistic, (1 - momentum) * factor));
  });
  return { variable: average, value };
}
