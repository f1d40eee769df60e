import { exactSum } from './exact-sum.ts';

/** Proper scores of class probabilities; means over the pixels counted, NaN without any. */
export interface ProbabilityScoreResult {
  /** Σ_k (p_k − y_k)², 0 … 2: the Brier score of several classes. */
  readonly brier: number;
  /** −ln p of the true class. */
  readonly negativeLogLikelihood: number;
  readonly pixels: number;
}

/** Accumulates `ProbabilityScoreResult` over a split; see `probabilityScore`. */
export interface ProbabilityScore {
  /**
   * Counts one image (or any set of pixels).
   * @param gt true class per pixel, `u8 [N]`; classes and above are void
   * @param probabilities `[N, K]`, each row's sum 1
   * @throws RangeError when the lengths do not fit or a probability is none
   */
  add(gt: ArrayLike<number>, probabilities: ArrayLike<number>): void;
  /** Adds what another accumulator holds. */
  merge(other: ProbabilityScore): void;
  /** Over everything added so far. */
  result(): ProbabilityScoreResult;
  /** Raw sums as exact partials, and the count: for `merge`. */
  state(): { readonly sums: readonly (readonly number[])[]; readonly pixels: number };
}

/** A probability of 0 of what is true counts as the smallest normal float32, as a float32 softmax cannot tell. */
const LEAST = 2 ** -126;

/**
 * Brier score (Brier 1950, equation 2) and negative log-likelihood of class probabilities, over all known
 * pixels of a split.
 * @param classes K
 * @example
 * ```ts
 * import { probabilityScore } from '@scene-mtl/eval';
 * const score = probabilityScore(2);
 * score.add([0, 1, 255], [0.8, 0.2, 0.5, 0.5, 1, 0]);
 * // (2 · 0.2² + 2 · 0.5²) / 2, −(ln 0.8 + ln 0.5) / 2
 * score.result(); // → { brier: 0.290, negativeLogLikelihood: 0.458, pixels: 2 }
 * ```
 */
export function probabilityScore(classes: number): ProbabilityScore {
  const sums = [exactSum(), exactSum()];
  let pixels = 0;
  return {
    add(gt, probabilities) {
      if (probabilities.length !== gt.length * classes) {
        throw new RangeError(
          `probabilityScore.add: expected ${gt.length} × ${classes} probabilities, got ${probabilities.length}`,
        );
      }
      let [brier, logs] = [0, 0];
      for (let i = 0; i < gt.length; i++) {
        if (gt[i] >= classes) continue;
        pixels++;
        for (let k = 0; k < classes; k++) {
          const p = probabilities[i * classes + k];
          if (!(p >= 0 && p <= 1)) {
            throw new RangeError(
              `probabilityScore.add: class ${k} of pixel ${i}: expected a probability, got ${p}`,
            );
          }
          brier += (p - Number(k === gt[i])) ** 2;
        }
        logs -= Math.log(Math.max(LEAST, probabilities[i * classes + gt[i]]));
      }
      sums[0].add(brier);
      sums[1].add(logs);
    },
    merge(other) {
      const theirs = other.state();
      theirs.sums.forEach((partials, k) => partials.forEach((x) => sums[k].add(x)));
      pixels += theirs.pixels;
    },
    result() {
      const [brier, negativeLogLikelihood] = sums.map((sum) => sum.value() / pixels);
      return { brier, negativeLogLikelihood, pixels };
    },
    state: () => ({ sums: sums.map((s) => [...s.partials()]), pixels }),
  };
}
