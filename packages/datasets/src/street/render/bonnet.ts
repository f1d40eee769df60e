import { pickIndex, type Draw, type Size } from '@scene-mtl/data';
import { type Colour, srgb } from '../geometry/surface.ts';
import { smoothstep } from './noise.ts';
import { skyColour, type Weather } from './weather.ts';

/** The own car's bonnet at the bottom of the image, in shares of its sides. */
export interface Bonnet {
  /** Height of its edge in the middle, 0 (top) – 1. */
  readonly top: number;
  /** How much lower the edge is at the sides. */
  readonly drop: number;
  readonly middle: number;
  readonly paint: Colour;
}

/** A bonnet of one city's car. */
export function drawBonnet(random: Draw): Bonnet {
  const paints = [srgb(28, 30, 34), srgb(90, 94, 100), srgb(40, 52, 78), srgb(120, 122, 124)];
  return {
    top: 0.86 + 0.03 * random(),
    drop: 0.05 + 0.05 * random(),
    middle: 0.48 + 0.08 * random(),
    paint: paints[pickIndex(random, paints.length)],
  };
}

/** Height of the bonnet's edge at x (0–1 across the image). */
export function bonnetEdge({ top, drop, middle }: Bonnet, x: number): number {
  return top + drop * (2 * (x - middle)) ** 2;
}

/** Share of a pixel of this row that lies below the bonnet's edge (px), 0–1. */
const coverage = (edge: number, row: number): number => Math.max(0, Math.min(1, row + 1 - edge));

/** Pixels that the bonnet covers wholly, `u8 [H, W]`: what is behind them need not be shaded. */
export function bonnetCovers(bonnet: Bonnet, { height, width }: Size): Uint8Array {
  const covered = new Uint8Array(height * width);
  for (let column = 0; column < width; column++) {
    const edge = bonnetEdge(bonnet, (column + 0.5) / width) * height;
    for (let row = 0; row < height; row++) {
      if (coverage(edge, row) === 1) covered[row * width + column] = 1;
    }
  }
  return covered;
}

/**
 * Paints the bonnet over the light `[H, W, 3]` and returns where it is, `u8 [H, W]` (1 when the
 * pixel's centre lies on it; the edge is blended by coverage).
 */
export function paintBonnet(
  light: Float32Array,
  { height, width }: Size,
  bonnet: Bonnet,
  weather: Weather,
): Uint8Array {
  const mask = new Uint8Array(height * width);
  const sky = new Float64Array(3);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) / width;
      const edge = bonnetEdge(bonnet, x) * height;
      const share = coverage(edge, row);
      if (share === 0) continue;
      const i = row * width + column;
      if (row + 0.5 >= edge) mask[i] = 1;
      const depth = (row + 0.5 - edge) / height;
      // The bonnet curves away: near its edge it mirrors the horizon, nearer the sky above.
      const tilt = smoothstep(0, 0.14, depth);
      const across = 2 * (x - bonnet.middle);
      const rib = 1 - 0.14 * Math.exp(-(((Math.abs(across) - 0.42) / 0.02) ** 2));
      skyColour(weather, 0.8 - 0.5 * tilt, -0.5 * across, 0.15 + 0.8 * tilt, true, sky);
      for (let k = 0; k < 3; k++) {
        const body = bonnet.paint[k] * (weather.skyLight[k] + 0.4 * weather.sunLight[k]);
        const paint = (body + 0.22 * (0.5 + tilt) * sky[k]) * rib;
        light[3 * i + k] += share * (paint - light[3 * i + k]);
      }
    }
  }
  return mask;
}
