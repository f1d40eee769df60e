import { VOID } from '@scene-mtl/data';
import { countPairs } from './count-pairs.ts';

/** What `confusion().result()` gives. All shares are fractions in 0 … 1. */
export interface ConfusionResult {
  /** Mean of `iou` over the classes that occur; NaN when none does. */
  readonly meanIou: number;
  /** Intersection over union per class `[K]`; NaN for a class in neither truth nor prediction. */
  readonly iou: readonly number[];
  /** Share of the counted pixels whose class is right; NaN when no pixel was counted. */
  readonly pixelAccuracy: number;
  /** Mean over the classes that occur in the truth of the share of their pixels that is right; NaN without any. */
  readonly meanAccuracy: number;
  /** Mean of `iou` weighed by the classes' pixels in the truth. */
  readonly frequencyWeightedIou: number;
  /** Counted pixels: those whose ground truth is not void. */
  readonly pixels: number;
  /** `matrix[truth][prediction]` in pixels, `[K][K]`. */
  readonly matrix: readonly (readonly number[])[];
}

/** Confusion matrix of a whole split; see `confusion`. */
export interface Confusion {
  readonly classes: number;
  /**
   * Counts one image (or any set of pixels).
   * @param gt true class per pixel, `u8 [N]`; `0 … classes − 1`, or 255 for void, which is ignored
   * @param pred predicted class per pixel, `u8 [N]`; any value where the truth is void
   * @throws RangeError when the lengths differ or a value is out of range; nothing is counted then
   */
  add(gt: Uint8Array, pred: Uint8Array): void;
  /** Adds another matrix of the same number of classes. */
  merge(other: Confusion): void;
  /** Scores over everything added so far. */
  result(): ConfusionResult;
  /** The raw counts, row-major `[K · K]`, row = truth. */
  counts(): Float64Array;
}

/**
 * Indexed by the raw bytes (truth, prediction): no branch per pixel, checked once per image. One for all matrices:
 * it holds nothing between images, and a matrix for each frame of a split stays small.
 */
const pairs = new Uint32Array(256 * 256);

/**
 * Accumulates one confusion matrix over a whole split; scores come from that single matrix, never
 * from per-image averages. Counts are whole numbers, so any order and any merging give one result.
 *
 *     IoU_c = TP_c / (TP_c + FP_c + FN_c),   meanIou = mean over classes with a denominator > 0
 *
 * (Everingham et al. 2015, "The Pascal Visual Object Classes Challenge", section 4.1.3; void as in
 * Cordts et al. 2016.) A class absent from truth and prediction is NaN and is left out of the mean.
 *
 * @param classes number of classes K, 1 … 255
 * @example
 * ```ts
 * import { confusion } from '@scene-mtl/eval';
 * const matrix = confusion(2);
 * matrix.add(Uint8Array.of(0, 0, 1, 255), Uint8Array.of(0, 1, 1, 0));
 * matrix.result().iou; // → [0.5, 0.5]
 * matrix.result().pixelAccuracy; // → 0.667
 * ```
 */
export function confusion(classes: number): Confusion {
  if (!Number.isInteger(classes) || classes < 1 || classes > VOID) {
    throw new RangeError(`confusion: classes must be a whole number from 1 to 255, got ${classes}`);
  }
  const matrix = new Float64Array(classes * classes);
  return {
    classes,
    add(gt, pred) {
      if (gt.length !== pred.length) {
        throw new RangeError(
          `confusion.add: ground truth has ${gt.length} pixels, the prediction ${pred.length}; resize the prediction (nearest) to the size of the ground truth`,
        );
      }
      pairs.fill(0);
      countPairs(gt, pred, pairs);
      for (let g = 0; g < VOID; g++) {
        for (let p = 0; p < 256; p++) {
          if (pairs[(g << 8) | p] === 0 || (g < classes && p < classes)) continue;
          const [side, value] = g < classes ? ['prediction', p] : ['ground truth', g];
          throw new RangeError(
            `confusion.add: ${side} has class ${value}; expected 0 … ${classes - 1}${g < classes ? '' : ' or 255 (void)'}`,
          );
        }
      }
      for (let g = 0; g < classes; g++) {
        for (let p = 0; p < classes; p++) matrix[g * classes + p] += pairs[(g << 8) | p];
      }
    },
    merge(other) {
      if (other.classes !== classes) {
        throw new RangeError(
          `confusion.merge: this matrix has ${classes} classes, the other ${other.classes}`,
        );
      }
      const theirs = other.counts();
      for (let i = 0; i < matrix.length; i++) matrix[i] += theirs[i];
    },
    result: () => scores(matrix, classes),
    counts: () => matrix.slice(),
  };
}

/** Counts row-major `[K · K]` (row = truth) → the scores of Long, Shelhamer & Darrell 2015, section 5. */
function scores(counts: Float64Array, classes: number): ConfusionResult {
  const row = new Float64Array(classes);
  const column = new Float64Array(classes);
  let pixels = 0;
  let right = 0;
  for (let g = 0; g < classes; g++) {
    for (let p = 0; p < classes; p++) {
      const n = counts[g * classes + p];
      row[g] += n;
      column[p] += n;
      pixels += n;
      if (g === p) right += n;
    }
  }
  // TP + FP + FN = row + column − TP; 0/0 is NaN, as wanted.
  const iou = Array.from({ length: classes }, (_, c) => {
    const tp = counts[c * classes + c];
    return tp / (row[c] + column[c] - tp);
  });
  const present = iou.filter((x) => !Number.isNaN(x));
  return {
    meanIou: meanOf(present),
    iou,
    pixelAccuracy: right / pixels,
    meanAccuracy: meanOf([...row].flatMap((n, c) => (n > 0 ? [counts[c * classes + c] / n] : []))),
    frequencyWeightedIou: row.reduce((sum, n, c) => sum + (n > 0 ? n * iou[c] : 0), 0) / pixels,
    pixels,
    matrix: Array.from({ length: classes }, (_, g) => [
      ...counts.subarray(g * classes, (g + 1) * classes),
    ]),
  };
}

const meanOf = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
