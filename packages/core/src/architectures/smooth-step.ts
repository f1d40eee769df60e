import * as tf from '@tensorflow/tfjs';

/**
 * The smooth step (Hazimeh et al. 2021, equation 4): 0 up to −γ/2, 1 from γ/2 on, between them
 * `S(t) = −2t³/γ³ + 3t/(2γ) + ½`, which is `u² (3 − 2u)` of `u = t/γ + ½`. Its slope is 0 at both ends.
 * @param t of any shape
 */
export function smoothStep(t: tf.Tensor, gamma: number): tf.Tensor {
  const u = tf.clipByValue(tf.add(tf.div(t, gamma), 0.5), 0, 1);
  return tf.mul(tf.square(u), tf.sub(3, tf.mul(2, u)));
}

/** Bits that number `choices` choices: `m = ⌈log₂ choices⌉`, at least 1. */
export const bitsOf = (choices: number): number => Math.max(1, Math.ceil(Math.log2(choices)));

/**
 * The single-expert selectors of DSelect-k (Hazimeh et al. 2021, equation 5): each expert has a binary number,
 * the highest bit first, and selector i weighs expert e by the product of `S(zᵢⱼ)` where its bit j is 1 and
 * `1 − S(zᵢⱼ)` where it is 0.
 * @param z `[B, k, m]`
 * @returns r `[B, k, choices]`; a row's sum is below 1 where binary numbers are left over
 * @example
 * ```ts
 * import { selectors } from '@scene-mtl/core';
 * import * as tf from '@tensorflow/tfjs';
 * // Bits far from 0 select one expert of four: number 2 is binary 10.
 * selectors(tf.tensor3d([[[9, -9]]]), 4, 1).arraySync(); // → [[[0, 0, 1, 0]]]
 * ```
 */
export function selectors(z: tf.Tensor3D, choices: number, gamma: number): tf.Tensor3D {
  const bits = tf.unstack(smoothStep(z, gamma), 2);
  const each = Array.from({ length: choices }, (_, e) =>
    bits
      .map((s, j) => ((e >> (bits.length - 1 - j)) & 1 ? s : tf.sub(1, s)))
      .reduce((a, b) => tf.mul(a, b)),
  );
  return tf.stack(each, 2) as tf.Tensor3D;
}

/** Keeps a logarithm and a quotient finite. */
const SMALLEST = 1e-6;

/**
 * What makes selectors choose one expert (Hazimeh et al. 2021, section 3.2), a mean over the batch: their entropy
 * `−Σ r log r`, and `Σᵢ 1/Σₑ rᵢₑ` where binary numbers are left over, which keeps weight off those.
 * @param r `[B, k, choices]`
 */
export function selectionPenalty(r: tf.Tensor3D): { entropy: tf.Scalar; outside: tf.Scalar } {
  const [B, , choices] = r.shape;
  const over = (x: tf.Tensor) => tf.div<tf.Scalar>(tf.sum(x), B);
  const entropy = over(tf.neg(tf.mul(r, tf.log(tf.add(r, SMALLEST)))));
  const whole = 2 ** bitsOf(choices) === choices;
  const outside = whole ? tf.scalar(0) : over(tf.div(1, tf.maximum(tf.sum(r, 2), SMALLEST)));
  return { entropy, outside };
}
