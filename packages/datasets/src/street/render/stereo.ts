import type { Size } from '@scene-mtl/data';
import { fractal2Above } from './noise.ts';

/**
 * Which pixels a stereo matcher would find, given the exact disparity of the left image.
 *
 * Not found: pixels whose partner lies outside the right image (u − d < 0, the left columns), pixels
 * hidden in the right image by something nearer (left of foreground edges), and patches at random.
 * @param disparity `[H, W]` px, 0 for sky
 * @param usable `[H, W]`: 0 where nothing can be matched (the bonnet, `textured`)
 * @param seed of the patches
 * @returns `u8 [H, W]`, 1 where found
 */
export function matched(
  disparity: Float32Array,
  usable: Uint8Array,
  { height, width }: Size,
  seed: number,
): Uint8Array {
  const found = new Uint8Array(disparity.length);
  const scale = 40 / width;
  // Nearest disparity that falls on each pixel of the right image's row.
  const right = new Float32Array(width);
  for (let row = 0; row < height; row++) {
    right.fill(-1);
    const start = row * width;
    for (let u = 0; u < width; u++) {
      const d = disparity[start + u];
      const partner = Math.round(u - d);
      if (partner >= 0 && d > right[partner]) right[partner] = d;
    }
    // Matching windows reach half a pixel at the official 2048 px, more at the edges.
    const slack = Math.max(0.25, 1.5 * (width / 2048));
    for (let u = 0; u < width; u++) {
      const d = disparity[start + u];
      const partner = Math.round(u - d);
      if (!usable[start + u] || partner < 0 || right[partner] > d + slack) continue;
      if (fractal2Above(u * scale, row * scale, seed, d === 0 ? 0.45 : 0.84)) continue;
      found[start + u] = 1;
    }
  }
  return found;
}
