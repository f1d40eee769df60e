/** Boundary IoU of classes. All shares are fractions in 0 … 1. */
export interface BoundaryIouResult {
  /** Mean of `iou` over the classes that occur; NaN when none does. */
  readonly meanIou: number;
  /** Per class `[K]`; NaN for a class with no boundary on either side. */
  readonly iou: readonly number[];
}

/** Accumulates `BoundaryIouResult` over a split; see `boundaryIou`. */
export interface BoundaryIou {
  /**
   * Counts one image.
   * @param gt true class per pixel, `u8 [H, W]`; classes and above are void
   * @param pred predicted class per pixel, `u8 [H, W]`
   * @throws RangeError when the lengths do not fit
   */
  add(
    gt: Uint8Array,
    pred: Uint8Array,
    size: { readonly height: number; readonly width: number },
  ): void;
  /** Adds what another accumulator of as many classes holds. */
  merge(other: BoundaryIou): void;
  /** Over everything added. */
  result(): BoundaryIouResult;
  /** Intersections, then unions of each class, px: for `merge`. */
  state(): Float64Array;
}

/** Thickness of a boundary as a share of the image's diagonal. */
export const BOUNDARY_THICKNESS = 0.02;

/**
 * Boundary IoU (Cheng et al. 2021, equation 2) of each class over a split: IoU of the pixels of either side that are
 * within d px of their own mask's contour, which unlike IoU does not forgive a coarse outline of a large thing:
 *
 *     |(G_d ∩ G) ∩ (P_d ∩ P)| / |(G_d ∩ G) ∪ (P_d ∩ P)|
 *
 * d is 2 % of the diagonal, rounded, at least 1 px, counted in steps to any of 8 neighbours; the edge of the image
 * is contour too, as in the authors' program. Void pixels are of no class in both.
 * @param classes number of classes K, 1 … 255
 * @example
 * ```ts
 * import { boundaryIou } from '@scene-mtl/eval';
 * const score = boundaryIou(1);
 * // A row of one px is all boundary; 255 is void.
 * score.add(Uint8Array.of(0, 0, 0, 255), Uint8Array.of(0, 0, 1, 0), { height: 1, width: 4 });
 * score.result().iou; // → [0.667]
 * ```
 */
export function boundaryIou(classes: number): BoundaryIou {
  if (!Number.isInteger(classes) || classes < 1 || classes > 255) {
    throw new RangeError(`boundaryIou: expected 1 to 255 classes, got ${classes}`);
  }
  const counts = new Float64Array(2 * classes);
  return {
    add(gt, pred, { height, width }) {
      const pixels = height * width;
      if (gt.length !== pixels || pred.length !== pixels) {
        throw new RangeError(
          `boundaryIou.add: expected truth and prediction of ${height} × ${width} pixels, got ${gt.length} and ${pred.length}`,
        );
      }
      const thickness = Math.max(1, Math.round(BOUNDARY_THICKNESS * Math.hypot(height, width)));
      const guess = pred.map((c, i) => (gt[i] < classes ? c : 255));
      const [truly, guessed] = [gt, guess].map((map) => boundaryOf(map, height, width, thickness));
      for (let i = 0; i < pixels; i++) {
        const [a, b] = [truly[i] ? gt[i] : 255, guessed[i] ? guess[i] : 255];
        if (a === b && a < classes) counts[a]++;
        if (a < classes) counts[classes + a]++;
        if (b < classes && b !== a) counts[classes + b]++;
      }
    },
    merge(other) {
      const theirs = other.state();
      if (theirs.length !== counts.length) {
        throw new RangeError(
          `boundaryIou.merge: this has ${classes} classes, the other ${theirs.length / 2}`,
        );
      }
      theirs.forEach((n, k) => (counts[k] += n));
    },
    result() {
      // 0/0 is NaN, as wanted.
      const iou = Array.from({ length: classes }, (_, c) => counts[c] / counts[classes + c]);
      const present = iou.filter((x) => !Number.isNaN(x));
      return { meanIou: present.reduce((a, b) => a + b, 0) / present.length, iou };
    },
    state: () => counts.slice(),
  };
}

/**
 * The pixels within `thickness` steps (8 neighbours) of one of another class, or of the outside. A square of
 * (2 t + 1)² px of one class is one whose rows are: so runs along rows first, then along columns.
 */
function boundaryOf(map: Uint8Array, height: number, width: number, thickness: number): Uint8Array {
  const alike = (
    along: number,
    across: number,
    at: (i: number, j: number) => number,
    ok: Uint8Array,
  ) => {
    const kept = new Uint8Array(map.length);
    for (let j = 0; j < across; j++) {
      // Length of the run of one class, all of it kept so far, that ends at i.
      let run = 0;
      for (let i = 0; i < along; i++) {
        const here = at(i, j);
        const same = i > 0 && run > 0 && map[here] === map[at(i - 1, j)];
        run = ok[here] ? (same ? run + 1 : 1) : 0;
        if (run > 2 * thickness) kept[at(i - thickness, j)] = 1;
      }
    }
    return kept;
  };
  const all = new Uint8Array(map.length).fill(1);
  const rows = alike(width, height, (i, j) => j * width + i, all);
  const inner = alike(height, width, (i, j) => i * width + j, rows);
  return inner.map((x) => 1 - x);
}
