import type { Material } from '../geometry/surface.ts';
import { fractal2, lattice2, noise2, smoothstep, visible } from '../render/noise.ts';
import { mix } from './ground.ts';

/** Layout of a façade, as `Surface.detail` of `facade`; metres. */
export interface FacadeLayout {
  readonly storey: number;
  readonly bay: number;
  readonly windowWidth: number;
  readonly windowHeight: number;
  /** Height of the ground floor; 0: like the others. */
  readonly shop: number;
  /** Height of the wall's top. */
  readonly top: number;
  /** Bricks (1) or plaster (0). */
  readonly brick: number;
}

/** `FacadeLayout` as the numbers of `Surface.detail`. */
export function facadeDetail(layout: FacadeLayout): number[] {
  const { storey, bay, windowWidth, windowHeight, shop, top, brick } = layout;
  return [storey, bay, windowWidth, windowHeight, shop, top, brick];
}

/** A house front: u along the wall, v up, metres. Colour is the wall, second the trim. */
export const facade: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const { colour, second, seed, detail } = surface;
  const storey = detail[0];
  const bay = detail[1];
  const windowWidth = detail[2];
  const windowHeight = detail[3];
  const shop = detail[4];
  const top = detail[5];
  const brick = detail[6];
  const dirt = 0.78 + 0.22 * smoothstep(0, 3, v);
  const shade = dirt * (0.88 + 0.24 * fractal2(u * 0.25, v * 0.12, seed));
  mix(out, colour, shade, second, 0);
  if (brick > 0) bricks(hit.u, v, footprint, seed, out);
  if (v > top - 0.5) {
    mix(out, second, v > top - 0.12 ? 0.75 : 0.95, second, 0);
    return;
  }
  if (shop > 0 && v < shop) {
    shopFront(u, v, shop, seed, second, out);
    return;
  }
  const floor = Math.floor((v - shop) / storey);
  const rise = v - shop - floor * storey;
  if (rise < 0.14 && footprint < 0.3) {
    mix(out, second, 0.85, second, 0);
    return;
  }
  const column = Math.floor(u / bay);
  const across = Math.abs(u - (column + 0.5) * bay);
  const sill = (storey - windowHeight) * 0.55;
  const up = rise - sill;
  if (v + windowHeight * 0.6 > top || across > windowWidth / 2 + 0.14) return;
  if (up < -0.14 || up > windowHeight + 0.12) return;
  const frame = Math.max(across - windowWidth / 2, -up, up - windowHeight);
  if (frame > 0) {
    mix(out, second, up < 0 ? 1.05 : 0.9, second, 0);
    return;
  }
  pane(column, floor, across, up, windowWidth, windowHeight, seed, footprint, out);
};

function pane(
  column: number,
  floor: number,
  across: number,
  up: number,
  width: number,
  height: number,
  seed: number,
  footprint: number,
  out: Parameters<Material>[1],
): void {
  const bars = footprint < 0.08 && (across < 0.04 || Math.abs(up - 0.65 * height) < 0.04);
  if (bars || (frameWidth(footprint) > 0 && width / 2 - across < frameWidth(footprint))) {
    out.r = out.g = out.b = 0.55;
    return;
  }
  const kind = lattice2(column, floor, seed + 31);
  // The lintel throws a shadow on the top of the pane.
  const recess = up > height - 0.25 ? 0.55 : 1;
  if (kind < 0.28 && up > height * (1 - 0.3 - 2 * kind)) {
    const blind = (0.35 + 0.3 * lattice2(column, floor, seed + 32)) * recess;
    out.r = blind;
    out.g = blind * 0.97;
    out.b = blind * 0.9;
    return;
  }
  const dark = (0.02 + 0.05 * lattice2(column, floor, seed + 33)) * recess;
  out.r = dark;
  out.g = dark * 1.05;
  out.b = dark * 1.15;
  out.gloss = (0.1 + 0.2 * lattice2(column, floor, seed + 34)) * recess;
}

const frameWidth = (footprint: number) => (footprint < 0.12 ? 0.06 : 0);

function shopFront(
  u: number,
  v: number,
  shop: number,
  seed: number,
  trim: readonly [number, number, number],
  out: Parameters<Material>[1],
): void {
  const unit = Math.floor(u / 6.5);
  const hue = lattice2(unit, 1, seed + 41);
  const local = u - unit * 6.5;
  if (v > shop - 0.9 && v < shop - 0.15) {
    const bright = 0.25 + 0.5 * lattice2(unit, 2, seed + 41);
    out.r = bright * (hue < 0.35 ? 0.8 : hue < 0.7 ? 0.15 : 0.75);
    out.g = bright * (hue < 0.35 ? 0.12 : hue < 0.7 ? 0.3 : 0.7);
    out.b = bright * (hue < 0.35 ? 0.1 : hue < 0.7 ? 0.55 : 0.6);
    const letter = Math.abs(v - (shop - 0.52)) < 0.17 && local > 1 && local < 5.2;
    if (letter && noise2(u * 5, 0, seed + 42) > 0.45) out.r = out.g = out.b = 0.75;
    out.glow = 0.08;
    return;
  }
  if (local < 0.45 || v < 0.45 || v > shop - 0.15) {
    mix(out, trim, 0.7, trim, 0);
    return;
  }
  if (local > 4.9 && local < 5.9 && v < 2.3) {
    out.r = out.g = out.b = 0.06 + 0.12 * hue;
    return;
  }
  const goods = fractal2(u * 1.4, v * 1.4, seed + 43);
  const warm = v < 1.7 ? goods : 0.25 * goods;
  out.r = 0.05 + 0.28 * warm * warm;
  out.g = 0.05 + 0.22 * warm * warm;
  out.b = 0.05 + 0.16 * warm * warm;
  out.gloss = 0.16;
}

function bricks(
  u: number,
  v: number,
  footprint: number,
  seed: number,
  out: Parameters<Material>[1],
): void {
  const seen = visible(0.2, footprint);
  if (seen === 0) return;
  const row = Math.floor(v / 0.16);
  const column = Math.floor(u / 0.42 + (row & 1) * 0.5);
  const tone = 1 + 0.35 * seen * (lattice2(column, row, seed + 51) - 0.5);
  const joint = v / 0.16 - row < 0.14 || u / 0.42 + (row & 1) * 0.5 - column < 0.07;
  const factor = joint ? 1 + 0.25 * seen : tone;
  out.r *= factor;
  out.g *= factor;
  out.b *= factor;
}

/** A free wall: plaster, concrete or brick. detail: [brick, height, graffiti]. */
export const freeWall: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const { colour, second, seed, detail } = surface;
  const brick = detail[0] ?? 0;
  const top = detail[1] ?? 2;
  const graffiti = detail[2] ?? 0;
  const streaks = 0.8 + 0.4 * fractal2(u * 0.8, v * 0.25, seed);
  mix(out, colour, streaks * (0.8 + 0.2 * smoothstep(0, 0.6, v)), second, 0);
  if (brick > 0) bricks(u, v, footprint, seed, out);
  else if (((u % 3) + 3) % 3 < 0.06 && footprint < 0.15) mix(out, colour, 0.6, second, 0);
  if (graffiti > 0 && v < 1.8 && noise2(u * 0.12, 0, seed + 4) > 0.62) {
    const scribble = Math.abs(noise2(u * 1.1, v * 1.6, seed + 5) - 0.5);
    if (scribble < 0.06) mix(out, second, 1.2, second, 0);
  }
  if (v > top - 0.12) mix(out, second, 0.9, second, 0);
};

/** Slats with dark gaps. detail: [spacing, share of slat, height]. */
export const slats: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const { colour, seed, detail } = surface;
  const spacing = detail[0] ?? 0.14;
  const slat = detail[1] ?? 0.7;
  const top = detail[2] ?? 1.2;
  const index = Math.floor(u / spacing);
  const within = u / spacing - index;
  const seen = visible(spacing * 1.5, footprint);
  const rail = Math.abs(v - 0.2 * top) < 0.05 || Math.abs(v - 0.85 * top) < 0.05;
  const open = within > slat && !rail ? 1 : 0;
  const tone = 0.85 + 0.3 * lattice2(index, 0, seed);
  const shade = seen * (open ? 0.22 : tone) + (1 - seen) * (slat * 0.95 + (1 - slat) * 0.22);
  mix(out, colour, shade, colour, 0);
};

/** Tiles: rows along u, v up the slope. */
export const tiles: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const { colour, seed } = surface;
  const seen = visible(0.35, footprint);
  const row = Math.floor(v / 0.35);
  const course = v / 0.35 - row;
  const tone =
    1 + seen * (0.3 * (lattice2(Math.floor(u / 0.25), row, seed) - 0.5) - (course < 0.2 ? 0.3 : 0));
  mix(out, colour, tone * (0.85 + 0.3 * fractal2(u * 0.2, v * 0.2, seed + 1)), colour, 0);
};

/** A hoarding with the picture of a car: looks like one, lies flat. u, v in 0–1. */
export const poster: Material = (hit, out) => {
  const { u, v, surface } = hit;
  const { colour, second } = surface;
  if (u < 0.02 || u > 0.98 || v < 0.03 || v > 0.97) {
    out.r = out.g = out.b = 0.3;
    return;
  }
  mix(out, second, 0.5 + 0.5 * v, second, 0);
  const body = v > 0.25 && v < 0.5 && u > 0.12 && u < 0.88;
  const roof = v >= 0.5 && v < 0.7 && u > 0.3 + (v - 0.5) * 0.5 && u < 0.75 - (v - 0.5) * 0.4;
  const wheel =
    Math.hypot((u - 0.28) * 2.4, v - 0.25) < 0.12 || Math.hypot((u - 0.72) * 2.4, v - 0.25) < 0.12;
  if (wheel) mix(out, colour, 0.04, colour, 0);
  else if (body) mix(out, colour, 1, colour, 0);
  else if (roof) mix(out, colour, 0.25, colour, 0);
  if (v > 0.8 && v < 0.9 && noise2(u * 30, 0, 5) > 0.4) out.r = out.g = out.b = 0.8;
};
