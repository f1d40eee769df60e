/** How well predicted boundaries lie on true ones. All shares are fractions in 0 … 1. */
export interface BoundaryScoreResult {
  /** Harmonic mean of precision and recall; NaN when there is nothing to find and nothing found. */
  readonly f: number;
  /** Share of the predicted boundary pixels within the tolerance of a true one. */
  readonly precision: number;
  /** Share of the true boundary pixels within the tolerance of a predicted one. */
  readonly recall: number;
}

/** Accumulates `BoundaryScoreResult` over a split; see `boundaryScore`. */
export interface BoundaryScore {
  /**
   * Counts one image.
   * @param gt true boundary `[H, W]`, non-zero on it
   * @param pred predicted boundary `[H, W]`, non-zero on it
   * @param mask `[H, W]`, non-zero where the truth is known; other pixels are on no boundary
   * @throws RangeError when the lengths do not fit
   */
  add(
    gt: ArrayLike<number>,
    pred: ArrayLike<number>,
    mask: ArrayLike<number>,
    size: { readonly height: number; readonly width: number },
  ): void;
  /** Adds what another accumulator holds. */
  merge(other: BoundaryScore): void;
  /** Over everything added; NaN where neither side has a boundary. */
  result(): BoundaryScoreResult;
  /** [predicted, of these near a true one, true, of these near a predicted one], px: for `merge`. */
  state(): readonly number[];
}

/** Tolerance as a share of the image's diagonal, as boundaries are usually judged. */
export const BOUNDARY_TOLERANCE = 0.0075;

/**
 * Boundary F score with a tolerance θ (Csurka et al. 2013, "What is a good evaluation measure for
 * semantic segmentation?"), its counts pooled over the split as for the F at one threshold
 * for the whole data set (Martin, Fowlkes & Malik 2004):
 *
 *     P = |{p ∈ B̂ : d(p, B) ≤ θ}| / |B̂|,  R = |{p ∈ B : d(p, B̂) ≤ θ}| / |B|,  F = 2 P R / (P + R)
 *
 * d is Euclidean, θ = 0.75 % of the diagonal, at least 1 px. Unlike Martin et al. pixels are not
 * matched one to one: a boundary drawn thrice as thick as the tolerance loses precision, a thinner one
 * does not.
 * @example
 * ```ts
 * import { boundaryScore } from '@scene-mtl/eval';
 * const score = boundaryScore();
 * // One px beside the true boundary is near enough, three px are not.
 * score.add([0, 1, 0, 0, 0], [1, 0, 0, 0, 1], [1, 1, 1, 1, 1], { height: 1, width: 5 });
 * score.result(); // → { f: 0.667, precision: 0.500, recall: 1.000 }
 * ```
 */
export function boundaryScore(): BoundaryScore {
  const counts = [0, 0, 0, 0];
  return {
    add(gt, pred, mask, { height, width }) {
      const pixels = height * width;
      if (gt.length !== pixels || pred.length !== pixels || mask.length !== pixels) {
        throw new RangeError(
          `boundaryScore.add: expected truth, prediction and mask of ${height} × ${width} pixels, got ${gt.length}, ${pred.length} and ${mask.length}`,
        );
      }
      const known = (map: ArrayLike<number>) =>
        Uint8Array.from(map, (on, i) => Number(on !== 0 && mask[i] !== 0));
      const [truth, guess] = [known(gt), known(pred)];
      const radius = Math.max(1, BOUNDARY_TOLERANCE * Math.hypot(height, width));
      const [aroundTruth, aroundGuess] = [truth, guess].map((map) =>
        dilated(map, height, width, radius),
      );
      for (let i = 0; i < pixels; i++) {
        counts[0] += guess[i];
        counts[1] += guess[i] & aroundTruth[i];
        counts[2] += truth[i];
        counts[3] += truth[i] & aroundGuess[i];
      }
    },
    merge: (other) => other.state().forEach((n, k) => (counts[k] += n)),
    result() {
      const [predicted, right, real, found] = counts;
      // No boundary drawn where there are some: nothing found, and nothing wrong either.
      const precision = predicted === 0 && real > 0 ? 0 : right / predicted;
      const recall = real === 0 && predicted > 0 ? 0 : found / real;
      const f = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      return { f, precision, recall };
    },
    state: () => [...counts],
  };
}

/** Pixels within `radius` px of one that is on. */
function dilated(map: Uint8Array, height: number, width: number, radius: number): Uint8Array {
  const result = new Uint8Array(map.length);
  const reach = Math.floor(radius);
  for (let i = 0; i < map.length; i++) {
    if (map[i] === 0) continue;
    const column = i % width;
    const row = (i - column) / width;
    for (let dy = -reach; dy <= reach; dy++) {
      if (row + dy < 0 || row + dy >= height) continue;
      const half = Math.floor(Math.sqrt(radius * radius - dy * dy));
      const from = Math.max(0, column - half);
      const to = Math.min(width - 1, column + half);
      const start = (row + dy) * width;
      result.fill(1, start + from, start + to + 1);
    }
  }
  return result;
}
