import { exactSum } from './exact-sum.ts';

/** Error of one task at each pixel of an image. */
export interface PixelErrors {
  /** `[N]`: 0/1 for a wrong class, px for a vector or disparity; the same N for every task. */
  readonly error: ArrayLike<number>;
  /** `[N]`, non-zero where the error is known. */
  readonly mask: ArrayLike<number>;
}

/** Correlations between the errors of tasks; see `errorCorrelation`. */
export interface ErrorCorrelationResult {
  /** Pearson's r per pair `[T][T]`, −1 … 1; NaN where an error never varies or nothing overlaps. */
  readonly correlation: readonly (readonly number[])[];
  /** Pixels behind each pair `[T][T]`. */
  readonly pixels: readonly (readonly number[])[];
}

/** Accumulates `ErrorCorrelationResult` over a split. */
export interface ErrorCorrelation {
  /**
   * Counts one image.
   * @param errors one entry per task, in the order of the tasks
   * @throws RangeError when the number of tasks or pixels does not fit
   */
  add(errors: readonly PixelErrors[]): void;
  /** Correlations over everything added so far. */
  result(): ErrorCorrelationResult;
}

/**
 * Are the tasks wrong at the same places? Pearson's correlation of per-pixel errors between each pair
 * of tasks, over the pixels of the split where both are known (Kendall et al. 2018, figure 9, claim
 * high correlation without a number).
 *
 *     r = (n Σxy − Σx Σy) / √((n Σx² − (Σx)²) (n Σy² − (Σy)²))
 *
 * Neighbouring pixels are not independent, so r has no simple significance: compare it between
 * methods, or repeat it over seeds. Image sums are combined exactly; their order does not matter.
 *
 * @param tasks number of tasks
 * @example
 * ```ts
 * import { errorCorrelation } from '@scene-mtl/eval';
 * const correlation = errorCorrelation(2);
 * const mask = [1, 1, 1];
 * correlation.add([{ error: [0, 1, 1], mask }, { error: [0, 3, 3], mask }]);
 * correlation.result().correlation; // → [[1.00, 1.00], [1.00, 1.00]]
 * ```
 */
export function errorCorrelation(tasks: number): ErrorCorrelation {
  const pairs = Array.from({ length: tasks * tasks }, () => ({
    n: 0,
    sums: Array.from({ length: 5 }, exactSum),
  }));
  return {
    add(errors) {
      const size = errors[0]?.error.length;
      if (
        errors.length !== tasks ||
        errors.some((e) => e.error.length !== size || e.mask.length !== size)
      ) {
        throw new RangeError(
          `errorCorrelation.add: expected ${tasks} tasks with errors and masks of one length, got lengths ${errors.map((e) => `${e.error.length}/${e.mask.length}`).join(', ')}`,
        );
      }
      for (let a = 0; a < tasks; a++) {
        for (let b = a; b < tasks; b++) addPair(pairs[a * tasks + b], errors[a], errors[b]);
      }
    },
    result() {
      const each = <T>(f: (pair: (typeof pairs)[number]) => T) =>
        Array.from({ length: tasks }, (_, a) =>
          Array.from({ length: tasks }, (_, b) =>
            f(pairs[Math.min(a, b) * tasks + Math.max(a, b)]),
          ),
        );
      return { correlation: each(pearson), pixels: each((pair) => pair.n) };
    },
  };
}

interface PairSums {
  n: number;
  readonly sums: readonly ReturnType<typeof exactSum>[];
}

function addPair(pair: PairSums, x: PixelErrors, y: PixelErrors): void {
  const local = [0, 0, 0, 0, 0];
  for (let i = 0; i < x.error.length; i++) {
    if (x.mask[i] === 0 || y.mask[i] === 0) continue;
    const [ex, ey] = [x.error[i], y.error[i]];
    pair.n++;
    local[0] += ex;
    local[1] += ey;
    local[2] += ex * ex;
    local[3] += ey * ey;
    local[4] += ex * ey;
  }
  local.forEach((s, k) => pair.sums[k].add(s));
}

function pearson({ n, sums }: PairSums): number {
  const [x, y, xx, yy, xy] = sums.map((s) => s.value());
  const [vx, vy] = [n * xx - x * x, n * yy - y * y];
  if (!(vx > 0) || !(vy > 0)) return NaN;
  return Math.max(-1, Math.min(1, (n * xy - x * y) / Math.sqrt(vx * vy)));
}
