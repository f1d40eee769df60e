import { exactSum } from './exact-sum.ts';

/** Angles between true and predicted directions over a split, in degrees. */
export interface AngularErrorResult {
  readonly mean: number;
  /** Of all pixels of the split, to within half a bin: 0.005°. */
  readonly median: number;
  /** Share of the pixels whose angle is below 11.25°, 22.5° and 30°, 0 … 1. */
  readonly within11: number;
  readonly within22: number;
  readonly within30: number;
  /** Pixels counted. All errors are NaN when this is 0. */
  readonly pixels: number;
}

/** Accumulates `AngularErrorResult` over a split; see `angularError`. */
export interface AngularError {
  /**
   * Counts one image.
   * @param gt true directions `f32 [H, W, 3]`, row-major, of any length but 0
   * @param pred predicted directions `f32 [H, W, 3]`, of any length; one of length 0 is 90° off
   * @param mask `[H, W]`; non-zero where the truth is known
   * @throws RangeError when the lengths do not fit
   */
  add(gt: Float32Array, pred: Float32Array, mask: Uint8Array | Float32Array): void;
  /** Adds what another accumulator holds. */
  merge(other: AngularError): void;
  /** Errors over all counted pixels of all images. */
  result(): AngularErrorResult;
  /** Raw sum of the angles as exact partials, and the histogram: for `merge`. */
  state(): { readonly sum: readonly number[]; readonly counts: Float64Array };
}

/** Bins per degree of the histogram that gives the median. */
const PER_DEGREE = 100;
const BINS = 180 * PER_DEGREE + 1;
const THRESHOLDS = [11.25, 22.5, 30] as const;

/**
 * Angular error of surface normals over *all* masked pixels of a split, with the five numbers that
 * are reported for NYUv2 (Fouhey, Gupta & Hebert 2013; Eigen & Fergus 2015).
 *
 *     angle = arccos(n · n̂ / (‖n‖ ‖n̂‖))
 *
 * The median is that of the pixels, never a mean of medians of images or batches, which depends on
 * how the split is cut. The order of `add` and any `merge` tree give the same bits.
 * @example
 * ```ts
 * import { angularError } from '@scene-mtl/eval';
 * const error = angularError();
 * // The first is right, the second 90° off, the third not known.
 * error.add(Float32Array.of(0, 0, -1, 1, 0, 0, 0, 1, 0), Float32Array.of(0, 0, -2, 0, 1, 0, 1, 1, 1), Uint8Array.of(1, 1, 0));
 * error.result().mean; // → 45.0
 * error.result().within11; // → 0.5
 * ```
 */
export function angularError(): AngularError {
  const sum = exactSum();
  const counts = new Float64Array(BINS + THRESHOLDS.length);
  return {
    add(gt, pred, mask) {
      if (gt.length !== 3 * mask.length || pred.length !== gt.length) {
        throw new RangeError(
          `angularError.add: expected gt and pred of ${3 * mask.length} numbers ([H, W, 3] for a mask of ${mask.length} pixels), got ${gt.length} and ${pred.length}`,
        );
      }
      let total = 0;
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        const angle = degreesBetween(gt, pred, 3 * i);
        total += angle;
        counts[Math.min(BINS - 1, Math.floor(angle * PER_DEGREE))]++;
        THRESHOLDS.forEach((limit, k) => (counts[BINS + k] += Number(angle < limit)));
      }
      sum.add(total);
    },
    merge(other) {
      const theirs = other.state();
      theirs.sum.forEach((x) => sum.add(x));
      theirs.counts.forEach((n, k) => (counts[k] += n));
    },
    result() {
      const pixels = counts.subarray(0, BINS).reduce((a, b) => a + b, 0);
      const [within11, within22, within30] = counts.subarray(BINS).map((n) => n / pixels);
      const mean = sum.value() / pixels;
      return { mean, median: medianOf(counts, pixels), within11, within22, within30, pixels };
    },
    state: () => ({ sum: [...sum.partials()], counts: counts.slice() }),
  };
}

/**
 * Angle in degrees between the directions at `[at, at + 3)` of two arrays. By the arctangent, which
 * unlike the arccosine is exact near 0° and 180°.
 * @example
 * ```ts
 * import { degreesBetween } from '@scene-mtl/eval';
 * degreesBetween(Float32Array.of(1, 0, 0), Float32Array.of(1, 1, 0), 0); // → 45.0
 * ```
 */
export function degreesBetween(a: ArrayLike<number>, b: ArrayLike<number>, at: number): number {
  const [ax, ay, az] = [a[at], a[at + 1], a[at + 2]];
  const [bx, by, bz] = [b[at], b[at + 1], b[at + 2]];
  const cross = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  const dot = ax * bx + ay * by + az * bz;
  if (cross === 0 && dot === 0) return 90;
  return (Math.atan2(cross, dot) * 180) / Math.PI;
}

/** Middle of the bin that holds the pixel in the middle (the lower one of two). */
function medianOf(counts: Float64Array, pixels: number): number {
  let below = 0;
  for (let k = 0; k < BINS; k++) {
    below += counts[k];
    if (2 * below >= pixels && pixels > 0) return (k + 0.5) / PER_DEGREE;
  }
  return NaN;
}
