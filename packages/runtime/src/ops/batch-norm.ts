import * as tf from '@tensorflow/tfjs';
import { compositeKernel, isDifferentiatedAgain, runBackward } from './composite.ts';

const FORWARD = 'BatchNormTraining';
const BACKWARD = 'BatchNormTrainingGrad';

/** Result of {@link batchNormTraining}. */
export interface BatchNormTrainingResult {
  /** Normalised activations, the shape of `x`. */
  y: tf.Tensor4D;
  /** Mean of each channel over the batch and both spatial axes, `[C]`. */
  mean: tf.Tensor1D;
  /** Biased variance of each channel, `[C]`. */
  variance: tf.Tensor1D;
}

compositeKernel(FORWARD, ({ x, gamma, beta }, attrs) => {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const inv = tf.rsqrt(tf.add(variance, attrs['epsilon'] as number));
  const scale = tf.mul(gamma, inv);
  const y = tf.add(tf.mul(tf.sub(x, mean), scale), beta);
  return [y, mean, variance];
});

compositeKernel(BACKWARD, ({ dy, x, gamma, mean, variance }, attrs) => {
  const m = x.size / mean.size;
  const inv = tf.rsqrt(tf.add(variance, attrs['epsilon'] as number));
  const normalised = tf.mul(tf.sub(x, mean), inv);
  const dBeta = tf.sum(dy, [0, 1, 2]);
  const dGamma = tf.sum(tf.mul(dy, normalised), [0, 1, 2]);
  const inner = tf.sub(dy, tf.div(tf.add(dBeta, tf.mul(normalised, dGamma)), m));
  return [tf.mul(inner, tf.mul(gamma, inv)), dGamma, dBeta];
});

tf.registerGradient({
  kernelName: FORWARD,
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved, attrs) => {
    // The statistics go to the moving averages only; their own gradients are not propagated.
    const dy = (dys as tf.Tensor[])[0];
    const [x, gamma] = saved;
    // As an output of this kernel a statistic is a constant; here it must depend on x.
    const again = isDifferentiatedAgain() ? tf.moments(x, [0, 1, 2]) : undefined;
    const { mean, variance } = again ?? { mean: saved[2], variance: saved[3] };
    // One kernel gives all three; it runs here because the engine disposes of what a closure leaves.
    const inputs = { dy, x, gamma, mean, variance };
    const [dx, dGamma, dBeta] = runBackward(BACKWARD, inputs, { ...attrs }) as tf.Tensor[];
    return { x: () => dx, gamma: () => dGamma, beta: () => dBeta };
  },
});

/**
 * Batch normalisation with the statistics of the batch, as one op with its own gradient
 * (Ioffe & Szegedy 2015):
 *
 * `y = γ · (x − μ) / √(σ² + ε) + β`
 *
 * `dx = γ/√(σ² + ε) · (dy − Σdy/m − x̂ · Σ(dy·x̂)/m)`, m = B·H·W, x̂ = (x − μ)/√(σ² + ε).
 *
 * Gradients flow to `x`, `gamma` and `beta`, not through the returned statistics.
 *
 * @param x activations `[B, H, W, C]`
 * @param gamma scale γ `[C]`
 * @param beta offset β `[C]`
 * @param epsilon ε, added to the variance
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormTrainingResult {
  const [y, mean, variance] = tf
    .engine()
    .runKernel(FORWARD, { x, gamma, beta }, { epsilon }) as unknown as [
    tf.Tensor4D,
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  return { y, mean, variance };
}
