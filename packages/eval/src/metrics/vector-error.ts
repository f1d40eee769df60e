import { exactSum } from './exact-sum.ts';

/** Errors of centre vectors over a split, in px at the resolution of the arrays that were added. */
export interface VectorErrorResult {
  /** Mean of |dx| + |dy|: the instance error of Kendall et al. 2018, L_Instance. */
  readonly l1: number;
  /** Mean of the absolute error per component: `l1 / 2` (Sener & Koltun 2018 report this kind). */
  readonly component: number;
  /** Mean Euclidean length of the error. */
  readonly euclidean: number;
  /** Root of the mean squared Euclidean length. */
  readonly rms: number;
  /** Pixels counted. All errors are NaN when this is 0. */
  readonly pixels: number;
}

/** Accumulates `VectorErrorResult` over a split; see `vectorError`. */
export interface VectorError {
  /**
   * Counts one image.
   * @param gt true vectors `f32 [H, W, 2]`, (dx, dy) per pixel, row-major, px
   * @param pred predicted vectors `f32 [H, W, 2]`, px
   * @param mask `[H, W]`; non-zero where the pixel counts (pixels of objects)
   * @throws RangeError when the lengths do not fit
   */
  add(gt: Float32Array, pred: Float32Array, mask: Uint8Array | Float32Array): void;
  /** Adds what another accumulator holds. */
  merge(other: VectorError): void;
  /** Errors over all counted pixels of all images. */
  result(): VectorErrorResult;
  /** Raw sums [|dx|+|dy|, length, length²] as exact partials, and the pixels: for `merge`. */
  state(): { readonly sums: readonly (readonly number[])[]; readonly pixels: number };
}

/**
 * Error of instance centre vectors: the mean over *all* masked pixels of the split, so a large image
 * or object weighs more than a small one.
 *
 *     l1 = (1/|N_I|) Σ ‖x_n − x̂_n‖₁        (Kendall et al. 2018, section 4.2)
 *
 * Each image's sum is formed in float64 in row order; the image sums are combined exactly
 * (`exactSum`), so the order of `add` and any `merge` tree give the same bits.
 * @example
 * ```ts
 * import { vectorError } from '@scene-mtl/eval';
 * const error = vectorError();
 * error.add(Float32Array.of(0, 0, 9, 9), Float32Array.of(3, -4, 0, 0), Uint8Array.of(1, 0));
 * error.result(); // → { l1: 7.0, component: 3.5, euclidean: 5.0, rms: 5.0, pixels: 1 }
 * ```
 */
export function vectorError(): VectorError {
  const sums = [exactSum(), exactSum(), exactSum()];
  let pixels = 0;
  return {
    add(gt, pred, mask) {
      if (gt.length !== 2 * mask.length || pred.length !== gt.length) {
        throw new RangeError(
          `vectorError.add: expected gt and pred of ${2 * mask.length} numbers ([H, W, 2] for a mask of ${mask.length} pixels), got ${gt.length} and ${pred.length}`,
        );
      }
      let l1 = 0;
      let length = 0;
      let square = 0;
      for (let i = 0; i < mask.length; i++) {
        if (mask[i] === 0) continue;
        const dx = pred[2 * i] - gt[2 * i];
        const dy = pred[2 * i + 1] - gt[2 * i + 1];
        const s = dx * dx + dy * dy;
        l1 += Math.abs(dx) + Math.abs(dy);
        length += Math.sqrt(s);
        square += s;
        pixels++;
      }
      sums[0].add(l1);
      sums[1].add(length);
      sums[2].add(square);
    },
    merge(other) {
      const theirs = other.state();
      theirs.sums.forEach((partials, k) => partials.forEach((x) => sums[k].add(x)));
      pixels += theirs.pixels;
    },
    result() {
      const [l1, euclidean, square] = sums.map((s) => s.value() / pixels);
      return { l1, component: l1 / 2, euclidean, rms: Math.sqrt(square), pixels };
    },
    state: () => ({ sums: sums.map((s) => [...s.partials()]), pixels }),
  };
}
