import * as tf from '@tensorflow/tfjs';

/** Factor of the first loss: they differ in scale, as losses do. */
const SCALE = 0.1;
/** Smallest argument of a logarithm. */
const LOWEST = 5e-6;

/** Names of the two losses. */
export const LOSSES = ['first', 'second'] as const;

/**
 * Below the losses everywhere, by their scales: added, they are positive, as methods need that take their
 * logarithm. No gradient sees a constant.
 */
export const FLOORS = { first: -20.1 * SCALE, second: -20.1 } as const;

/** Where the paths start, `(x₁, x₂)`, as Navon et al. 2022 have them. */
export const STARTS = [
  [-8.5, 7.5],
  [0, 0],
  [9, 9],
  [-7.5, -0.5],
  [9, -1],
] as const;

/**
 * Two losses of two parameters that pull apart, with steep valleys above `x₂ = 0` and bowls below (Liu et
 * al. 2021, CAGrad, appendix; scaled, and with other starts, by Navon et al. 2022, Nash-MTL):
 *
 * `f₁ = log max(|tanh x₂ − (x₁ + 7)/2|, 5·10⁻⁶) + 6`, `f₂ = log max(|(3 − x₁)/2 + 2 − tanh x₂|, 5·10⁻⁶) + 6`,
 * `g₁ = ((x₁ − 7)² + 0.1 (x₂ + 8)²)/10 − 20`, `g₂ = ((x₁ + 7)² + 0.1 (x₂ + 8)²)/10 − 20`,
 * `upper = max(tanh(x₂/2), 0)`, `lower = max(−tanh(x₂/2), 0)`,
 * `first = 0.1 (upper f₁ + lower g₁)`, `second = upper f₂ + lower g₂`.
 *
 * Their Pareto front lies between the centres of the bowls, `x₁ = ±7` on `x₂ ≈ −8`.
 * @param x the parameters, `[2]`
 * @returns L₁ and L₂, by name
 */
export function losses(x: tf.Tensor1D): Record<(typeof LOSSES)[number], tf.Scalar> {
  const [x1, x2] = tf.unstack(x) as [tf.Scalar, tf.Scalar];
  const valley = (inside: tf.Tensor) => tf.add(tf.log(tf.maximum(tf.abs(inside), LOWEST)), 6);
  const bowl = (centre: number) => {
    const across = tf.square(tf.sub(x1, centre));
    const along = tf.mul(tf.square(tf.add(x2, 8)), 0.1);
    return tf.sub(tf.div(tf.add(across, along), 10), 20);
  };
  const half = tf.tanh(tf.mul(x2, 0.5));
  // At 0 the gradient passes, as by PyTorch's clamp: one path starts there.
  const [upper, lower] = [tf.maximum(half, 0), tf.maximum(tf.neg(half), 0)];
  const joined = (above: tf.Tensor, below: tf.Tensor) =>
    tf.add<tf.Scalar>(tf.mul(above, upper), tf.mul(below, lower));
  const bend = tf.tanh(x2);
  return {
    first: tf.mul(joined(valley(tf.add(tf.mul(tf.add(x1, 7), -0.5), bend)), bowl(7)), SCALE),
    second: joined(valley(tf.sub(tf.mul(tf.sub(3, x1), 0.5), tf.sub(bend, 2))), bowl(-7)),
  };
}

/**
 * Points of the Pareto front, from the first loss's bowl to the second's: `[L₁, L₂]` each. On `x₂ = −8`; the true
 * front lies a little beyond, where `c₂` is nearer to 1, with losses lower by less than 0.004.
 */
export const paretoFront = (points = 60): [number, number][] =>
  tf.tidy(() =>
    Array.from({ length: points }, (_, i) => {
      const { first, second } = losses(tf.tensor1d([7 - (14 * i) / (points - 1), -8]));
      return [first.dataSync()[0], second.dataSync()[0]];
    }),
  );
