import type { Size } from '@scene-mtl/data';

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
      const left = u > 0 ? i - 1 : i;
      const right = u + 1 < width ? i + 1 : i;
      // At the borders the difference spans one pixel, not two: still √2 times the noise.
      const difference = grey(image, right) - grey(image, left);
      change[i] = (difference * difference) / 2;
      const darkest = Math.min(image[3 * i], image[3 * i + 1], image[3 * i + 2]);
      saturated[i] = Number(darkest >= SATURATED);
    }
  }
  const reach = Math.max(2, Math.round(width / 128));
  const texture = windowMean(change, { height, width }, reach);
  const overexposed = windowMean(saturated, { height, width }, reach);
  const found = new Uint8Array(height * width);
  for (let i = 0; i < found.length; i++) {
    found[i] = Number(texture[i] >= LEAST_TEXTURE ** 2 && overexposed[i] <= 0.5);
  }
  return found;
}

/** Rec. 601 luma of a pixel, 0–255. */
const grey = (image: Uint8Array, i: number): number =>
  0.299 * image[3 * i] + 0.587 * image[3 * i + 1] + 0.114 * image[3 * i + 2];

/** Mean over the part of each pixel's window that lies in the image, one direction after the other. */
function windowMean(values: Float32Array, { height, width }: Size, reach: number): Float32Array {
  const across = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += width) {
    for (let u = 0; u < width; u++) {
      const first = Math.max(0, u - reach);
      const last = Math.min(width - 1, u + reach);
      let sum = 0;
      for (let j = first; j <= last; j++) sum += values[start + j];
      across[start + u] = sum / (last - first + 1);
    }
  }
  const result = new Float32Array(values.length);
  // Whole rows at a time: one column after the other would miss the cache at every pixel.
  const sums = new Float64Array(width);
  for (let row = 0; row < height; row++) {
    const first = Math.max(0, row - reach);
    const last = Math.min(height - 1, row + reach);
    sums.fill(0);
    for (let j = first; j <= last; j++) {
      for (let u = 0; u < width; u++) sums[u] += across[j * width + u];
    }
    for (let u = 0; u < width; u++) result[row * width + u] = sums[u] / (last - first + 1);
  }
  return result;
}
