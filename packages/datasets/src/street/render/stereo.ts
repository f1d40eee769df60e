import type { Size } from '@scene-mtl/data';
import { fractal2, fractal2Above } from './noise.ts';

/** What a stereo matcher makes of what it cannot see well. */
export interface Matcher {
  /** Larger disparities are not searched for, px at 2048 of width. */
  readonly largest: number;
  readonly sky: {
    /** Unknown where smooth noise in [0, 1) is above. */
    readonly unknownAbove: number;
    /**
     * Wrong disparities there, px at 2048 of width: this times what smooth noise in [0, 1) is above ½, 0
     * where it is below. Without it all are 0.
     */
    readonly noise?: number;
  };
}

/** Patches of noise across the picture. */
const PATCHES = 40;
/** Those of wrong disparities in the sky are finer. */
const SKY_PATCHES = 160;

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
  { largest, sky }: Matcher,
): Uint8Array {
  const found = new Uint8Array(disparity.length);
  const scale = PATCHES / width;
  const limit = (largest * width) / 2048;
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
      if (!usable[start + u] || d > limit || partner < 0 || right[partner] > d + slack) continue;
      const most = d === 0 ? sky.unknownAbove : 0.84;
      if (fractal2Above(u * scale, row * scale, seed, most)) continue;
      found[start + u] = 1;
    }
  }
  return found;
}

/**
 * The disparities that a matcher records: the exact ones but in the sky (`Matcher.sky.noise`).
 * @param disparity `[H, W]` px, 0 for sky; returned as it is where there is no noise
 * @param isSky `[H, W]`
 */
export function recorded(
  disparity: Float32Array,
  isSky: Uint8Array,
  { width }: Size,
  seed: number,
  { sky: { noise } }: Matcher,
): Float32Array {
  if (noise === undefined) return disparity;
  const unit = (noise * width) / 2048;
  const scale = SKY_PATCHES / width;
  return disparity.map((d, i) => {
    if (!isSky[i]) return d;
    const row = Math.floor(i / width);
    return unit * Math.max(0, fractal2((i - row * width) * scale, row * scale, seed + 7) - 0.5);
  });
}
