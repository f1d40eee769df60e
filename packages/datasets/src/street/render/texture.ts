import type { Size } from '../../dataset.ts';

/**
 * What makes stereo leave disparity unknown: 'geometric' is what the scene's shape hides from one of
 * the two cameras; 'photometric' adds what the photograph gives nothing to match by.
 */
export type Gaps = 'geometric' | 'photometric';

/** All kinds of gaps. */
export const GAPS: readonly Gaps[] = ['geometric', 'photometric'];

/**
 * Texture below which a window cannot be placed, grey levels of 255: a little over the sensor's noise,
 * 1.1 (dark) to 1.7 (bright).
 */
const LEAST_TEXTURE = 1.75;
/** Grey level from which a channel counts as overexposed: the end of the lens's soft shoulder. */
const SATURATED = 240;

/**
 * Pixels whose surroundings a stereo matcher can place in the other image, `u8 [H, W]`.
 *
 * A matcher compares windows along a row, so that only change along the row tells places apart. With
 * the grey level I, the texture of a window is t = √mean((I(u+1) − I(u−1))² / 2): for noise alone its
 * standard deviation. Where t < 1.75 of 255 grey levels, or more than half of the window is
 * overexposed in all three channels, nothing is found. The window's side is 2r + 1 px with r = 2 or
 * width / 128, whichever is more.
 * @param image `u8 [H, W, 3]`
 */
export function textured(image: Uint8Array, { height, width }: Size): Uint8Array {
  const change = new Float32Array(height * width);
  const saturated = new Float32Array(height * width);
  for (let row = 0, i = 0; row < height; row++) {
    for (let u = 0; u < width; u++, i++) {
      const [left, right] = [u > 0 ? i - 1 : i, u + 1 < width ? i + 1 : i];
      // At the borders the difference spans one pixel, not two: still √2 times the noise.
      const difference = grey(image, right) - grey(image, left);
      change[i] = (difference * difference) / 2;
      const [r, g, b] = [image[3 * i], image[3 * i + 1], image[3 * i + 2]];
      saturated[i] = Number(Math.min(r, g, b) >= SATURATED);
    }
  }
  const reach = Math.max(2, Math.round(width / 128));
  const texture = windowMean(change, { height, width }, reach);
  const overexposed = windowMean(saturated, { height, width }, reach);
  return Uint8Array.from(texture, (t, i) =>
    Number(t >= LEAST_TEXTURE ** 2 && overexposed[i] <= 0.5),
  );
}

/** Rec. 601 luma of a pixel, 0–255. */
const grey = (image: Uint8Array, i: number): number =>
  0.299 * image[3 * i] + 0.587 * image[3 * i + 1] + 0.114 * image[3 * i + 2];

/** Mean over the part of each pixel's window that lies in the image, one direction after the other. */
function windowMean(values: Float32Array, { height, width }: Size, reach: number): Float32Array {
  const across = new Float32Array(values.length);
  const result = new Float32Array(values.length);
  const rows = { count: height, apart: width, length: width, step: 1 };
  const columns = { count: width, apart: 1, length: height, step: width };
  lineMeans(values, across, rows, reach);
  lineMeans(across, result, columns, reach);
  return result;
}

/** Rows or columns of an image. */
interface Lines {
  readonly count: number;
  /** From the start of one line to that of the next. */
  readonly apart: number;
  readonly length: number;
  /** From one value of a line to the next. */
  readonly step: number;
}

function lineMeans(from: Float32Array, to: Float32Array, lines: Lines, reach: number): void {
  const { count, apart, length, step } = lines;
  for (let line = 0; line < count; line++) {
    const start = line * apart;
    for (let k = 0; k < length; k++) {
      const first = Math.max(0, k - reach);
      const last = Math.min(length - 1, k + reach);
      let sum = 0;
      for (let j = first; j <= last; j++) sum += from[start + j * step];
      to[start + k * step] = sum / (last - first + 1);
    }
  }
}
