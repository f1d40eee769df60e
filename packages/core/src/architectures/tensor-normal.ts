import * as tf from '@tensorflow/tfjs';

/** Smallest variance along a side: keeps the density finite where all weights are 0. */
const SMALLEST = 1e-4;

/**
 * The factor R of a precision `Σ⁻¹ = Rᵀ R` from free numbers: above the diagonal as they are, on it
 * `1/√(eᵛ + ε)` of a log variance v, so that any numbers give a covariance.
 * @param free `[d, d]`; below the diagonal nothing is read
 * @returns R `[d, d]` and `log det R`
 */
export function precisionFactor(free: tf.Tensor2D): { R: tf.Tensor2D; logDet: tf.Scalar } {
  const [d] = free.shape;
  const upper = tf.tensor2d(
    Array.from({ length: d * d }, (_, i) => Number(i % d > Math.floor(i / d))),
    [d, d],
  );
  const eye = tf.eye(d);
  const v = tf.sum(tf.mul(free, eye), 1);
  const variance = tf.add(tf.exp(v), SMALLEST);
  const diagonal = tf.mul(eye, tf.expandDims(tf.rsqrt(variance), 1));
  return {
    R: tf.add(tf.mul(free, upper), diagonal),
    logDet: tf.mul<tf.Scalar>(-0.5, tf.sum(tf.log(variance))),
  };
}

/**
 * The tensor-normal prior of deep relationship networks (Long et al. 2017, arXiv 1506.02117, equation 4) on kernels W
 * of the same layer of several tasks, `vec W ~ N(0, Σ₁ ⊗ Σ₂ ⊗ Σ₃)`: its negative logarithm a number of W, without
 * the constant,
 *
 * `(½ ‖W •₁ R₁ •₂ R₂ •₃ R₃‖² − D Σₖ log det Rₖ / dₖ) / D`, `Σₖ⁻¹ = Rₖᵀ Rₖ`, D = d₁ d₂ d₃.
 *
 * @param W `[d₁, d₂, d₃]`: what the kernel reads, what it gives, tasks
 * @param free of each side {@link precisionFactor}'s numbers; undefined: Σₖ is the identity
 */
export function tensorNormalPenalty(
  W: tf.Tensor3D,
  free: readonly (tf.Tensor2D | undefined)[],
): tf.Scalar {
  let x: tf.Tensor = W;
  let logDets = tf.scalar(0);
  for (const [k, numbers] of free.entries()) {
    // Every side once: the first goes last, so that they stand as they were in the end.
    const [d, ...rest] = x.shape;
    const flat = tf.reshape(x, [d, -1]);
    if (numbers) {
      const { R, logDet } = precisionFactor(numbers);
      x = tf.matMul(flat, R, true, true);
      logDets = tf.add(logDets, tf.div(logDet, W.shape[k]));
    } else x = tf.transpose(flat);
    x = tf.reshape(x, [...rest, d]);
  }
  return tf.sub(tf.div(tf.sum(tf.square(x)), 2 * W.size), logDets);
}

/** Σ of one side from {@link precisionFactor}'s numbers, `Σ = R⁻¹ R⁻ᵀ`, as rows. */
export function covarianceOf(free: tf.Tensor2D): number[][] {
  const R = tf.tidy(() => precisionFactor(free).R.arraySync());
  const d = R.length;
  // Column by column from below: R is upper triangular.
  const inverse = R.map(() => new Array<number>(d).fill(0));
  for (let column = 0; column < d; column++) {
    for (let i = column; i >= 0; i--) {
      let rest = i === column ? 1 : 0;
      for (let k = i + 1; k <= column; k++) rest -= R[i][k] * inverse[k][column];
      inverse[i][column] = rest / R[i][i];
    }
  }
  return inverse.map((a) => inverse.map((b) => a.reduce((sum, x, k) => sum + x * b[k], 0)));
}
