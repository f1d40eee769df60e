import { exactSum } from './exact-sum.ts';

/** Probability that a residual of a noise model with this scale is at most `residual` in size. */
export type WithinProbability = (residual: number, scale: number) => number;

/**
 * P(|r| ≤ x) of a Gaussian with standard deviation σ: erf(x / (σ√2)).
 * @example
 * ```ts
 * import { gaussianWithin } from '@scene-mtl/eval';
 * gaussianWithin(1.96, 1); // → 0.950
 * ```
 */
export const gaussianWithin: WithinProbability = (x, sigma) => erf(x / (sigma * Math.SQRT2));

/**
 * P(|r| ≤ x) of a Laplace distribution with scale b: 1 − exp(−x / b).
 * @example
 * ```ts
 * import { laplaceWithin } from '@scene-mtl/eval';
 * laplaceWithin(Math.log(2), 1); // → 0.500
 * ```
 */
export const laplaceWithin: WithinProbability = (x, b) => -Math.expm1(-x / b);

/** How well a predicted noise scale fits the residuals. */
export interface SigmaCalibrationResult {
  /** Nominal levels 1/bins … 1 and the share of residuals within each. */
  readonly nominal: readonly number[];
  readonly observed: readonly number[];
  /** Mean |observed − nominal| over the levels, 0 … about 0.5; 0 is perfect. */
  readonly error: number;
  /** Mean |residual| / scale: √(2/π) ≈ 0.798 for a calibrated Gaussian, 1 for a Laplace. */
  readonly meanRatio: number;
  readonly count: number;
}

/** Accumulates `SigmaCalibrationResult` over a split; see `sigmaCalibration`. */
export interface SigmaCalibration {
  /**
   * Counts one image.
   * @param residual prediction − truth `[N]`
   * @param scale noise scale (σ or b, in the unit of the residuals), one number or one per element
   * @param mask `[N]`, non-zero where the truth is known
   */
  add(
    residual: ArrayLike<number>,
    scale: number | ArrayLike<number>,
    mask: ArrayLike<number>,
  ): void;
  /** Adds another accumulator of the same number of bins. */
  merge(other: SigmaCalibration): void;
  /** Calibration over everything added so far. */
  result(): SigmaCalibrationResult;
  /** Raw counts per bin and exact sum of ratios, for `merge`. */
  state(): { readonly bins: readonly number[]; readonly ratios: readonly number[] };
}

/**
 * Calibration of a noise scale: for each level p, the share of residuals inside the central interval
 * that should hold p of them (Kuleshov et al. 2018, equation 9, for central intervals).
 *
 * @param within the noise model: `gaussianWithin` or `laplaceWithin`
 * @param bins number of levels (default 20)
 * @example
 * ```ts
 * import { laplaceWithin, sigmaCalibration } from '@scene-mtl/eval';
 * const calibration = sigmaCalibration(laplaceWithin, 2);
 * // Half of the residuals should lie within ln 2 ≈ 0.69 of the scale; three of four do.
 * calibration.add([0.1, -0.2, 0.3, 2], 1, [1, 1, 1, 1]);
 * calibration.result().observed; // → [0.75, 1.00]
 * calibration.result().error; // → 0.25
 * ```
 */
export function sigmaCalibration(within: WithinProbability, bins = 20): SigmaCalibration {
  const counts = new Float64Array(bins);
  const ratios = exactSum();
  return {
    add(residual, scale, mask) {
      const lengths = [residual.length, mask.length];
      if (typeof scale !== 'number') lengths.push(scale.length);
      if (new Set(lengths).size > 1) {
        throw new RangeError(`sigmaCalibration.add: lengths differ: ${lengths.join(', ')}`);
      }
      let ratio = 0;
      for (let i = 0; i < residual.length; i++) {
        if (mask[i] === 0) continue;
        const s = typeof scale === 'number' ? scale : scale[i];
        if (!(s > 0 && s < Infinity)) {
          throw new RangeError(`sigmaCalibration.add: scale must be positive, got ${s} at ${i}`);
        }
        const r = Math.abs(residual[i]);
        if (Number.isNaN(r)) throw new RangeError(`sigmaCalibration.add: residual ${i} is NaN`);
        counts[Math.min(bins - 1, Math.floor(within(r, s) * bins))]++;
        ratio += r / s;
      }
      ratios.add(ratio);
    },
    merge(other) {
      const theirs = other.state();
      if (theirs.bins.length !== bins) {
        throw new RangeError(`sigmaCalibration.merge: ${bins} bins against ${theirs.bins.length}`);
      }
      theirs.bins.forEach((n, k) => (counts[k] += n));
      theirs.ratios.forEach((x) => ratios.add(x));
    },
    result() {
      const count = counts.reduce((a, b) => a + b, 0);
      const nominal = Array.from(counts, (_, k) => (k + 1) / bins);
      let below = 0;
      const observed = Array.from(counts, (n) => (below += n) / count);
      // The last level is 1 by construction and says nothing.
      const gaps = observed.slice(0, -1).map((o, k) => Math.abs(o - nominal[k]));
      const error = gaps.reduce((a, b) => a + b, 0) / gaps.length;
      return { nominal, observed, error, meanRatio: ratios.value() / count, count };
    },
    state: () => ({ bins: [...counts], ratios: [...ratios.partials()] }),
  };
}

/**
 * Error function for x ≥ 0, to about 1e-15 (Abramowitz & Stegun 1964, 7.1.6 below 3, continued
 * fraction 7.1.14 above).
 */
function erf(x: number): number {
  if (x > 6) return 1;
  if (x < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum || 0;
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction;
  return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
