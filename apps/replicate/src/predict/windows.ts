import type { Size, Window } from '@scene-mtl/data';

/**
 * A cut of a normalised picture `f32 [H, W, 3]`; what lies beyond the picture is 0, the mean colour.
 */
export function cutWindow(image: Float32Array, size: Size, window: Window): Float32Array {
  const cut = new Float32Array(window.height * window.width * 3);
  const { top, left } = window;
  const [first, end] = [Math.max(0, left), Math.min(size.width, left + window.width)];
  for (let y = Math.max(0, top); y < Math.min(size.height, top + window.height); y++) {
    const row = image.subarray(3 * (y * size.width + first), 3 * (y * size.width + end));
    cut.set(row, 3 * ((y - top) * window.width + first - left));
  }
  return cut;
}

/** Puts the outputs of windows together. */
export interface Blend {
  /** @param output of a window, `[h, w, C]`; it may be overwritten afterwards */
  add(output: Float32Array, window: Window): void;
  /** `[H, W, C]` */
  result(): Float32Array;
}

/**
 * The outputs of overlapping windows as one map. Where several windows see a pixel, it has the mean of their outputs,
 * each weighted by how far the pixel lies from the window's border (1 on it): near its border a window sees
 * little of what is around, and a seam would show. Of classes that is a mean of logits, never of labels; vectors and
 * disparities are in px of the whole already.
 * @param size of the whole, px
 */
export function blendMaps(size: Size): Blend {
  const pixels = size.height * size.width;
  const total = new Float64Array(pixels);
  let sums = new Float64Array(0);
  return {
    add(output, { top, left, height, width }) {
      const channels = output.length / (height * width);
      if (sums.length === 0) sums = new Float64Array(pixels * channels);
      const down = towardsBorder(height);
      const across = towardsBorder(width);
      for (let r = Math.max(0, -top); r < Math.min(height, size.height - top); r++) {
        for (let c = Math.max(0, -left); c < Math.min(width, size.width - left); c++) {
          const weight = down[r] * across[c];
          const pixel = (r + top) * size.width + c + left;
          total[pixel] += weight;
          for (let k = 0; k < channels; k++) {
            sums[pixel * channels + k] += weight * output[(r * width + c) * channels + k];
          }
        }
      }
    },
    result() {
      const channels = sums.length / pixels;
      return Float32Array.from(sums, (sum, i) => sum / total[Math.floor(i / channels)]);
    },
  };
}

/** 1 at both ends of a side, one more with each px inwards. */
const towardsBorder = (side: number): Float64Array =>
  Float64Array.from({ length: side }, (_, i) => Math.min(i, side - 1 - i) + 1);

/** The mean of the outputs of windows, for an answer that belongs to no place. */
export function blendAnswers(): Blend {
  const outputs: Float32Array[] = [];
  return {
    add: (output) => void outputs.push(output.slice()),
    result: () =>
      outputs[0].map((_, i) => outputs.reduce((sum, one) => sum + one[i], 0) / outputs.length),
  };
}
