import { exactSum } from './exact-sum.ts';

/** Which pixels of a picture `[H, W]` count: rows `top … bottom − 1`, columns `left … right − 1`, as shares. */
export interface DepthCrop {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Crops of KITTI's frames that results are reported on: that of Eigen, Puhrsch & Fergus 2014, and that of
 * Garg et al. 2016, which most papers use.
 */
export const DEPTH_CROPS = {
  eigen: { top: 0.3324324, bottom: 0.91351351, left: 0.0359477, right: 0.96405229 },
  garg: { top: 0.40810811, bottom: 0.99189189, left: 0.03594771, right: 0.96405229 },
} as const satisfies Record<string, DepthCrop>;

/** What counts. */
export interface DepthErrorOptions {
  /** Pixels whose true depth is above count no more, and predictions are cut to it: 80 and 50 m are usual. */
  readonly cap?: number;
  /** Likewise at the near end; above 0. Default: 0.001, as usual. */
  readonly nearest?: number;
  readonly crop?: DepthCrop;
}

/** Errors of depth, in the unit of the depths; shares are in 0 … 1. */
export interface DepthErrorResult {
  /** Mean |z − ẑ|; `Abs Err` of LibMTL and MTAN. */
  readonly mean: number;
  /** Root of the mean of (z − ẑ)². */
  readonly rms: number;
  /** Mean of |z − ẑ| / z; `Rel Err` of LibMTL and MTAN. */
  readonly absRel: number;
  /** Mean of (z − ẑ)² / z. */
  readonly sqRel: number;
  /** Root of the mean of (ln z − ln ẑ)². */
  readonly rmsLog: number;
  /** 100 √(mean of e² − (mean of e)²) with e = ln ẑ − ln z (Eigen, Puhrsch & Fergus 2014; λ = 1, as KITTI has it). */
  readonly siLog: number;
  /** Mean of |log₁₀ z − log₁₀ ẑ|. */
  readonly log10: number;
  /** Shares of the pixels whose max(z/ẑ, ẑ/z) is below 1.25, 1.25², 1.25³. */
  readonly delta1: number;
  readonly delta2: number;
  readonly delta3: number;
  /** Pixels counted. All errors are NaN when this is 0. */
  readonly pixels: number;
}

/** Accumulates `DepthErrorResult` over a split; see `depthError`. */
export interface DepthError {
  /**
   * Counts one image.
   * @param gt true depth `f32 [H, W]`
   * @param pred predicted depth `f32 [H, W]`; not a number counts as the nearest
   * @param mask `[H, W]`; non-zero where the truth is known
   * @param size for a crop
   * @throws RangeError when lengths do not fit, or a crop has no size
   */
  add(
    gt: Float32Array,
    pred: Float32Array,
    mask: Uint8Array | Float32Array,
    size?: { readonly height: number; readonly width: number },
  ): void;
  /** Adds what another accumulator holds. */
  merge(other: DepthError): void;
  /** Errors over all counted pixels of all images. */
  result(): DepthErrorResult;
  /** Raw sums as exact partials and raw counts: for `merge`. */
  state(): { readonly sums: readonly (readonly number[])[]; readonly counts: readonly number[] };
}

/** |e|, e², |e|/z, e²/z, ln ẑ − ln z, its square and its modulus. */
const SUMS = 7;

/**
 * The errors that are reported for depth in metres (Eigen, Puhrsch & Fergus 2014, section 4.2; the KITTI depth
 * benchmark; NYUv2), over *all* counted pixels of a split. Pixels count whose truth is known, not nearer than
 * `nearest` and not farther than `cap`; predictions are cut to that range. Where papers take the mean of each
 * image's error, add images to accumulators of their own and average.
 *
 * The order of `add` and any `merge` tree give the same bits.
 * @throws RangeError for a range that holds nothing
 * @example
 * ```ts
 * import { depthError } from '@scene-mtl/eval';
 * const error = depthError({ cap: 50 });
 * // 10 m taken for 8 m; 60 m are beyond the cap.
 * error.add(Float32Array.of(10, 60), Float32Array.of(8, 60), Uint8Array.of(1, 1));
 * const { mean, absRel, sqRel, delta1, pixels } = error.result();
 * [mean, absRel, sqRel, delta1, pixels]; // → [2.00, 0.200, 0.400, 0, 1]
 * ```
 */
export function depthError({
  cap = Infinity,
  nearest = 1e-3,
  crop,
}: DepthErrorOptions = {}): DepthError {
  if (!(nearest > 0 && cap > nearest)) {
    throw new RangeError(
      `depthError: expected 0 < nearest < cap, got nearest ${nearest} and cap ${cap}`,
    );
  }
  const sums = Array.from({ length: SUMS }, exactSum);
  // pixels, within 1.25¹, 1.25², 1.25³
  const counts = [0, 0, 0, 0];
  return {
    add(gt, pred, mask, size) {
      checkLengths(gt, pred, mask, size);
      const inside = insideOf(crop, size);
      const local = new Float64Array(SUMS);
      for (let i = 0; i < mask.length; i++) {
        const z = gt[i];
        if (mask[i] === 0 || !(z >= nearest && z <= cap) || !inside(i)) continue;
        const guess = pred[i] > nearest ? Math.min(cap, pred[i]) : nearest;
        const e = guess - z;
        const log = Math.log(guess) - Math.log(z);
        const terms = [
          Math.abs(e),
          e * e,
          Math.abs(e) / z,
          (e * e) / z,
          log,
          log * log,
          Math.abs(log),
        ];
        terms.forEach((x, k) => (local[k] += x));
        const ratio = Math.max(z / guess, guess / z);
        [Infinity, 1.25, 1.25 ** 2, 1.25 ** 3].forEach((x, k) => (counts[k] += Number(ratio < x)));
      }
      local.forEach((x, k) => sums[k].add(x));
    },
    merge(other) {
      const theirs = other.state();
      theirs.sums.forEach((partials, k) => partials.forEach((x) => sums[k].add(x)));
      theirs.counts.forEach((n, k) => (counts[k] += n));
    },
    result() {
      const [pixels, ...within] = counts;
      const [absolute, square, relative, squareRelative, log, squareLog, absoluteLog] = sums.map(
        (sum) => sum.value() / pixels,
      );
      const [delta1, delta2, delta3] = within.map((n) => n / pixels);
      return {
        mean: absolute,
        rms: Math.sqrt(square),
        absRel: relative,
        sqRel: squareRelative,
        rmsLog: Math.sqrt(squareLog),
        // Rounding may bring the variance of equal errors below 0.
        siLog: 100 * Math.sqrt(Math.max(0, squareLog - log * log)),
        log10: absoluteLog / Math.LN10,
        ...{ delta1, delta2, delta3, pixels },
      };
    },
    state: () => ({ sums: sums.map((s) => [...s.partials()]), counts: [...counts] }),
  };
}

function checkLengths(
  gt: Float32Array,
  pred: Float32Array,
  mask: ArrayLike<number>,
  size: { readonly height: number; readonly width: number } | undefined,
): void {
  const pixels = size ? size.height * size.width : mask.length;
  if (gt.length === pixels && pred.length === pixels && mask.length === pixels) return;
  throw new RangeError(
    `depthError.add: expected gt, pred and mask of ${pixels} pixels, got ${gt.length}, ${pred.length} and ${mask.length}`,
  );
}

/** Whether a pixel is inside a crop, whose edges are cut down to whole px as papers' programs do. */
function insideOf(
  crop: DepthCrop | undefined,
  size: { readonly height: number; readonly width: number } | undefined,
): (i: number) => boolean {
  if (!crop) return () => true;
  if (!size) throw new RangeError('depthError.add: a crop needs the size of the picture; give it');
  const { height, width } = size;
  const [top, bottom] = [crop.top, crop.bottom].map((share) => Math.floor(share * height));
  const [left, right] = [crop.left, crop.right].map((share) => Math.floor(share * width));
  return (i) => {
    const row = Math.floor(i / width);
    const column = i - row * width;
    return row >= top && row < bottom && column >= left && column < right;
  };
}
