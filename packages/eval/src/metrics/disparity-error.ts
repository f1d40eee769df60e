import { exactSum } from './exact-sum.ts';

/** Disparity errors over a split; px are those of the arrays that were added. */
export interface DisparityErrorResult {
  /** Mean |d − d̂| in px: the inverse-depth error of Kendall et al. 2018, table 1. */
  readonly mean: number;
  /** Root mean squared error in px. */
  readonly rms: number;
  /** Mean |d − d̂| / d over the pixels with d > 0: of disparity, which is not the relative error of depth. */
  readonly relativeDisparity: number;
  /**
   * Share of the pixels with d > 0 whose max(d/d̂, d̂/d) is below 1.25, 1.25², 1.25³ (Eigen et al.
   * 2014). The ratio is the same for depth and disparity. A prediction ≤ 0 or NaN never counts as in.
   */
  readonly delta1: number;
  readonly delta2: number;
  readonly delta3: number;
  /** Mean |1/Z − 1/Ẑ| in m⁻¹ over the images added with `baselineFx`; NaN without any. */
  readonly inverseDepthMean: number;
  /** Root mean squared error of inverse depth in m⁻¹, likewise. */
  readonly inverseDepthRms: number;
  /** Pixels counted. All errors are NaN when this is 0. */
  readonly pixels: number;
  /** Of these, pixels with d > 0: the base of `relativeDisparity` and `delta…`. */
  readonly positivePixels: number;
}

/** Accumulates `DisparityErrorResult` over a split; see `disparityError`. */
export interface DisparityError {
  /**
   * Counts one image.
   * @param gt true disparity `f32 [H, W]` in px
   * @param pred predicted disparity `f32 [H, W]` in px
   * @param mask `[H, W]`; non-zero where the truth is known
   * @param baselineFx baseline (m) · focal length (px at this resolution); adds the image to the
   *   inverse-depth errors, 1/Z = d / (baseline · fx)
   * @throws RangeError when lengths differ or `baselineFx` is not positive
   */
  add(
    gt: Float32Array,
    pred: Float32Array,
    mask: Uint8Array | Float32Array,
    baselineFx?: number,
  ): void;
  /** Adds what another accumulator holds. */
  merge(other: DisparityError): void;
  /** Errors over all counted pixels of all images. */
  result(): DisparityErrorResult;
  /** Raw sums as exact partials and raw counts: for `merge`. */
  state(): { readonly sums: readonly (readonly number[])[]; readonly counts: readonly number[] };
}

/**
 * Disparity error over *all* valid pixels of a split.
 *
 *     mean = (1/|N_D|) Σ |d_n − d̂_n|,   rms = √((1/|N_D|) Σ (d_n − d̂_n)²)
 *
 * Each image's sum is formed in float64 in row order; the image sums are combined exactly
 * (`exactSum`), so the order of `add` and any `merge` tree give the same bits.
 * @example
 * ```ts
 * import { disparityError } from '@scene-mtl/eval';
 * const error = disparityError();
 * error.add(Float32Array.of(4, 2), Float32Array.of(5, 2), Uint8Array.of(1, 1), 10);
 * const { mean, relativeDisparity, inverseDepthMean } = error.result();
 * [mean, relativeDisparity, inverseDepthMean]; // → [0.500, 0.125, 0.050]
 * ```
 */
export function disparityError(): DisparityError {
  // |e|, e², |e|/d, |e|/(b·f), (e/(b·f))²
  const sums = Array.from({ length: 5 }, exactSum);
  // pixels, pixels with d > 0, within 1.25¹, 1.25², 1.25³, pixels with a camera
  const counts = [0, 0, 0, 0, 0, 0];
  return {
    add(gt, pred, mask, baselineFx) {
      if (gt.length !== mask.length || pred.length !== mask.length) {
        throw new RangeError(
          `disparityError.add: gt, pred and mask must have the same length, got ${gt.length}, ${pred.length} and ${mask.length}`,
        );
      }
      if (baselineFx !== undefined && !(baselineFx > 0 && baselineFx < Infinity)) {
        throw new RangeError(
          `disparityError.add: baselineFx must be a positive number (m · px), got ${baselineFx}`,
        );
      }
      const image = imageSums(gt, pred, mask);
      const local = [image.absolute, image.square, image.relative];
      local.forEach((x, k) => sums[k].add(x));
      image.counts.forEach((n, k) => (counts[k] += n));
      if (baselineFx !== undefined) {
        sums[3].add(image.absolute / baselineFx);
        sums[4].add(image.square / (baselineFx * baselineFx));
        counts[5] += image.counts[0];
      }
    },
    merge(other) {
      const theirs = other.state();
      theirs.sums.forEach((partials, k) => partials.forEach((x) => sums[k].add(x)));
      theirs.counts.forEach((n, k) => (counts[k] += n));
    },
    result() {
      const [absolute, square, relative, inverse, inverseSquare] = sums.map((s) => s.value());
      const [pixels, positive, in1, in2, in3, withCamera] = counts;
      return {
        mean: absolute / pixels,
        rms: Math.sqrt(square / pixels),
        relativeDisparity: relative / positive,
        delta1: in1 / positive,
        delta2: in2 / positive,
        delta3: in3 / positive,
        inverseDepthMean: inverse / withCamera,
        inverseDepthRms: Math.sqrt(inverseSquare / withCamera),
        pixels,
        positivePixels: positive,
      };
    },
    state: () => ({ sums: sums.map((s) => [...s.partials()]), counts: [...counts] }),
  };
}

/** Sums and counts of one image, pixels in row order. */
function imageSums(gt: Float32Array, pred: Float32Array, mask: Uint8Array | Float32Array) {
  let absolute = 0;
  let square = 0;
  let relative = 0;
  const counts = [0, 0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const d = gt[i];
    const e = Math.abs(pred[i] - d);
    absolute += e;
    square += e * e;
    counts[0]++;
    if (!(d > 0)) continue;
    relative += e / d;
    counts[1]++;
    const ratio = pred[i] > 0 ? Math.max(d / pred[i], pred[i] / d) : Infinity;
    if (ratio < 1.25) counts[2]++;
    if (ratio < 1.25 ** 2) counts[3]++;
    if (ratio < 1.25 ** 3) counts[4]++;
  }
  return { absolute, square, relative, counts };
}
