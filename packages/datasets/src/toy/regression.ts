import { normalPairs, randomStream } from '@scene-mtl/data';

/** Options of `toyRegression`. */
export interface ToyOptions {
  readonly count: number;
  readonly seed: number;
  /** Standard deviation of each task's noise; default [10, 1]. */
  readonly sigmas?: readonly number[];
}

/** One input and one target per task. */
export interface ToyRegression {
  /** `f32 [N]`, standard normal. */
  readonly x: Float32Array;
  /** Per task `f32 [N]`: w x + b + N(0, σ²). */
  readonly targets: readonly Float32Array[];
  readonly truth: readonly { readonly w: number; readonly b: number; readonly sigma: number }[];
}

/**
 * One-dimensional linear regressions of known noise. Trained with learned uncertainty weights
 * (Kendall et al. 2018, equation 7), each task's exp(s / 2) must come out as its σ. The set of two
 * tasks with σ = 10 and 1 and the lines 2 x + 8 and 3 x + 3 is the authors' published example.
 * @returns targets and the lines and σ they were drawn from
 * @example
 * ```ts
 * import { toyRegression } from '@scene-mtl/datasets';
 * const { x, targets } = toyRegression({ count: 3, seed: 1, sigmas: [0, 0] });
 * targets[0].every((y, i) => Math.abs(y - (2 * x[i] + 8)) < 1e-5); // → true
 * ```
 */
export function toyRegression({ count, seed, sigmas = [10, 1] }: ToyOptions): ToyRegression {
  if (!(Number.isInteger(count) && count > 0)) {
    throw new Error(`toyRegression: expected count as a whole number of at least 1, got ${count}`);
  }
  const draw = normalPairs(randomStream('toy x', seed));
  const x = Float32Array.from({ length: count }, () => draw());
  const truth = sigmas.map((sigma, k) => ({ w: 2 + k, b: k === 0 ? 8 : 3, sigma }));
  const targets = truth.map(({ w, b, sigma }, k) => {
    const noise = normalPairs(randomStream('toy noise', seed, k));
    return x.map((value) => w * value + b + sigma * noise());
  });
  return { x, targets, truth };
}
