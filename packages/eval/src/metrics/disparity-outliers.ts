/** Shares in 0 … 1 of the pixels that a disparity map misses. */
export interface DisparityOutliersResult {
  /** Share whose error is above 3 px and above 5 % of the truth: KITTI's D1. */
  readonly d1: number;
  /** Share whose error is above so many px: Middlebury's bad 0.5, bad 1, bad 2, bad 4. */
  readonly bad: Readonly<Record<BadThreshold, number>>;
  /** Share of the known pixels that have a prediction; the others count in no other share. */
  readonly density: number;
  /** Known pixels with a prediction. */
  readonly pixels: number;
}

/** px of error above which a pixel is bad. */
export const BAD_THRESHOLDS = ['0.5', '1', '2', '3', '4'] as const;

/** One of {@link BAD_THRESHOLDS}. */
export type BadThreshold = (typeof BAD_THRESHOLDS)[number];

/** Accumulates `DisparityOutliersResult` over a split; see `disparityOutliers`. */
export interface DisparityOutliers {
  /**
   * Counts one image. Px are those of the arrays: both measures are meant for the size of the photographs.
   * @param gt true disparity `f32 [H, W]` in px
   * @param pred predicted disparity `f32 [H, W]` in px; not a number where the method gives none
   * @param mask `[H, W]`; non-zero where the truth is known
   * @throws RangeError when lengths differ
   */
  add(gt: Float32Array, pred: Float32Array, mask: Uint8Array | Float32Array): void;
  /** Adds what another accumulator holds. */
  merge(other: DisparityOutliers): void;
  /** Over everything added; NaN where no pixel was. */
  result(): DisparityOutliersResult;
  /** [known, predicted, D1, bad …], px: for `merge`. */
  state(): readonly number[];
}

/**
 * Outliers of disparity over *all* known pixels of a split (Menze & Geiger 2015: D1, an error > 3 px and > 5 %;
 * Scharstein et al. 2014: bad-n, an error > n px), with the density of the prediction beside them: a method that
 * leaves holes is judged where it says something, and the density tells how much that is.
 * @example
 * ```ts
 * import { disparityOutliers } from '@scene-mtl/eval';
 * const outliers = disparityOutliers();
 * // 4 px off at 100 px (4 %: no outlier of D1), 4 px off at 10 px, a hole.
 * outliers.add(Float32Array.of(100, 10, 5), Float32Array.of(104, 14, NaN), Uint8Array.of(1, 1, 1));
 * const { d1, bad, density } = outliers.result();
 * [d1, bad['2'], density]; // → [0.5, 1.0, 0.667]
 * ```
 */
export function disparityOutliers(): DisparityOutliers {
  const counts = [0, 0, 0, ...BAD_THRESHOLDS.map(() => 0)];
  return {
    add(gt, pred, mask) {
      if (gt.length !== mask.length || pred.length !== mask.length) {
        throw new RangeError(
          `disparityOutliers.add: gt, pred and mask must have the same length, got ${gt.length}, ${pred.length} and ${mask.length}`,
        );
      }
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        counts[0]++;
        if (Number.isNaN(pred[i])) continue;
        const e = Math.abs(pred[i] - gt[i]);
        counts[1]++;
        counts[2] += Number(e > 3 && e > 0.05 * Math.abs(gt[i]));
        BAD_THRESHOLDS.forEach((px, k) => (counts[3 + k] += Number(e > Number(px))));
      }
    },
    merge: (other) => other.state().forEach((n, k) => (counts[k] += n)),
    result() {
      const [known, pixels, d1, ...bad] = counts;
      const shares = BAD_THRESHOLDS.map((px, k) => [px, bad[k] / pixels] as const);
      return {
        d1: d1 / pixels,
        bad: Object.fromEntries(shares) as Record<BadThreshold, number>,
        density: pixels / known,
        pixels,
      };
    },
    state: () => [...counts],
  };
}
