import { exactSum } from './exact-sum.ts';

/** Expected calibration error of class probabilities. */
export interface ConfidenceCalibrationResult {
  /** Per bin of confidence: its mean confidence, accuracy and count; NaN in an empty bin. */
  readonly bins: readonly {
    readonly confidence: number;
    readonly accuracy: number;
    readonly count: number;
  }[];
  /** Σ (n_b / n) |accuracy_b − confidence_b|, 0 … 1. */
  readonly error: number;
  /** max |accuracy_b − confidence_b| over the bins that hold anything, 0 … 1. */
  readonly maximumError: number;
}

/** Accumulates `ConfidenceCalibrationResult` over a split. */
export interface ConfidenceCalibration {
  /**
   * Counts one image.
   * @param confidence probability of the predicted class `[N]`, 0 … 1
   * @param correct `[N]`, non-zero where that class is right
   * @param mask `[N]`, non-zero where the truth is known
   */
  add(confidence: ArrayLike<number>, correct: ArrayLike<number>, mask: ArrayLike<number>): void;
  /**
   * Adds what another accumulator of as many bins holds; the order of `add` and any `merge` tree give the same bits.
   * @throws RangeError for another number of bins
   */
  merge(other: ConfidenceCalibration): void;
  /** Calibration over everything added so far. */
  result(): ConfidenceCalibrationResult;
  /** By bin: what was counted, what of it was right, sums of the confidences as exact partials: for `merge`. */
  state(): {
    readonly counts: Float64Array;
    readonly right: Float64Array;
    readonly sums: readonly (readonly number[])[];
  };
}

/**
 * Expected and maximum calibration error over equal bins of confidence (Guo et al. 2017, equations 5 and 6).
 * @param bins number of bins (default 15)
 * @example
 * ```ts
 * import { confidenceCalibration } from '@scene-mtl/eval';
 * const calibration = confidenceCalibration(2);
 * calibration.add([0.9, 0.7], [1, 0], [1, 1]);
 * calibration.result().error; // → 0.30
 * ```
 */
export function confidenceCalibration(bins = 15): ConfidenceCalibration {
  const counts = new Float64Array(bins);
  const right = new Float64Array(bins);
  const sums = Array.from({ length: bins }, exactSum);
  return {
    add(confidence, correct, mask) {
      if (confidence.length !== mask.length || correct.length !== mask.length) {
        throw new RangeError(
          `confidenceCalibration.add: lengths differ: ${confidence.length}, ${correct.length}, ${mask.length}`,
        );
      }
      const local = new Float64Array(bins);
      for (let i = 0; i < confidence.length; i++) {
        if (mask[i] === 0) continue;
        const c = confidence[i];
        if (!(c >= 0 && c <= 1)) {
          throw new RangeError(`confidenceCalibration.add: confidence ${i} is ${c}, not 0 … 1`);
        }
        // Bins are (k/bins, (k+1)/bins], so a confidence of exactly 1 falls in the last.
        const k = Math.max(0, Math.ceil(c * bins) - 1);
        counts[k]++;
        local[k] += c;
        if (correct[i] !== 0) right[k]++;
      }
      local.forEach((x, k) => sums[k].add(x));
    },
    merge(other) {
      const theirs = other.state();
      if (theirs.counts.length !== bins) {
        throw new RangeError(
          `confidenceCalibration.merge: this has ${bins} bins, the other ${theirs.counts.length}`,
        );
      }
      for (let k = 0; k < bins; k++) {
        counts[k] += theirs.counts[k];
        right[k] += theirs.right[k];
        for (const x of theirs.sums[k]) sums[k].add(x);
      }
    },
    result() {
      const n = counts.reduce((a, b) => a + b, 0);
      const list = Array.from(counts, (count, k) => ({
        confidence: sums[k].value() / count,
        accuracy: right[k] / count,
        count,
      }));
      const used = list.filter((b) => b.count > 0);
      const gap = (b: (typeof list)[number]) => Math.abs(b.accuracy - b.confidence);
      return {
        bins: list,
        error: n ? used.reduce((a, b) => a + (b.count / n) * gap(b), 0) : NaN,
        maximumError: n ? Math.max(...used.map(gap)) : NaN,
      };
    },
    state: () => ({
      counts: counts.slice(),
      right: right.slice(),
      sums: sums.map((sum) => [...sum.partials()]),
    }),
  };
}
