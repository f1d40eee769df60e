import type { Material, Reflectance, Colour } from '../geometry/surface.ts';
import { fractal2, lattice2, noise2, smoothstep, visible } from '../render/noise.ts';

/** Layout of a road's markings, as `Surface.detail` of `asphalt`. */
export interface RoadMarks {
  /** Width of a lane, metres. */
  readonly lane: number;
  /** Lanes to the left and right of the centre line. */
  readonly lanesLeft: number;
  readonly lanesRight: number;
  /** Centre line drawn through (1) or dashed (0). */
  readonly solid: number;
  /** How worn the paint is, 0–1. */
  readonly wear: number;
  /** Zebra crossings from s to s + 3.5 m. */
  readonly crossings: readonly number[];
}

/** `RoadMarks` as the numbers of `Surface.detail`. */
export function roadDetail(marks: RoadMarks): number[] {
  const { lane, lanesLeft, lanesRight, solid, wear, crossings } = marks;
  return [lane, lanesLeft, lanesRight, solid, wear, ...crossings];
}

const CROSSING = 3.5;

/** Asphalt with lane marks; u is along the road, v to the left of its centre line, metres. */
export const asphalt: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const { colour, second, seed, detail } = surface;
  const stains = fractal2(u * 0.18, v * 0.5, seed);
  let shade = 0.82 + 0.36 * stains;
  const grain = visible(0.12, footprint);
  if (grain > 0) shade *= 1 + 0.22 * grain * (noise2(u * 14, v * 14, seed + 9) - 0.5);
  if (detail.length > 0) {
    const lane = detail[0];
    const left = detail[1];
    const right = detail[2];
    const wear = detail[4];
    // Wheels polish two tracks per lane.
    const track = Math.cos((2 * Math.PI * v * 2) / lane);
    shade *= 1 + 0.05 * track;
    // Repairs: patches of other asphalt.
    const cellU = Math.floor(u / 9);
    const cellV = Math.floor(v / lane);
    if (lattice2(cellU, cellV, seed + 3) > 0.84) {
      const from = lattice2(cellU, cellV, seed + 4) * 4;
      const local = u - cellU * 9;
      if (local > from && local < from + 2.5) shade *= 0.78;
    }
    const fine = visible(0.08, footprint);
    if (fine > 0 && stains > 0.5) {
      const crack = Math.abs(noise2(u * 0.35, v * 0.9, seed + 17) - 0.5);
      const cracked = smoothstep(0.5, 0.7, stains) * smoothstep(0.01, 0.003, crack);
      shade *= 1 - 0.3 * fine * cracked;
    }
    const mark = markAt(u, v, detail, footprint);
    if (mark > 0) {
      const worn = mark * (1 - wear * smoothstep(0.35, 0.75, fractal2(u * 1.7, v * 5, seed + 5)));
      mix(out, colour, shade, second, worn);
      return;
    }
    const manhole = lattice2(Math.floor(u / 17), 3, seed + 6);
    if (manhole > 0.5 && left + right > 0) {
      const du = u - (Math.floor(u / 17) + 0.5) * 17;
      const dv = v - (manhole - 0.75) * 2 * lane;
      if (du * du + dv * dv < 0.12) shade *= 0.6;
    }
  }
  mix(out, colour, shade, second, 0);
};

/** Coverage by paint, 0–1. */
function markAt(u: number, v: number, detail: readonly number[], footprint: number): number {
  const lane = detail[0];
  const left = detail[1];
  const right = detail[2];
  const solid = detail[3];
  let mark = 0;
  for (let k = -right; k <= left; k++) {
    const outer = k === -right || k === left;
    const line = k * lane + (k === -right ? 0.25 : k === left ? -0.25 : 0);
    const across = Math.abs(v - line);
    if (across > 0.5) continue;
    const dashed = !outer && !(k === 0 && solid === 1);
    if (dashed && ((u % 9) + 9) % 9 > 4) continue;
    // Far away a line is thinner than a sample: it covers a share of it.
    const half = 0.08;
    const soft = Math.max(0.01, footprint * 0.5);
    mark = Math.max(mark, smoothstep(half + soft, half - soft, across) * (outer ? 0.75 : 1));
  }
  for (let k = 5; k < detail.length; k++) {
    const along = u - detail[k];
    if (along > -2.6 && along < -2.2 && v < 0) mark = Math.max(mark, 0.9);
    if (along < 0 || along > CROSSING || v < -right * lane + 0.2 || v > left * lane - 0.2) continue;
    mark = ((v % 1) + 1) % 1 < 0.5 ? 0.95 : 0;
  }
  return mark;
}

/** Paving slabs; u along, v across, metres. detail: [slab length, slab width, joint darkness]. */
export const paving: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const { colour, second, seed, detail } = surface;
  const length = detail[0] ?? 0.6;
  const width = detail[1] ?? 0.4;
  const joint = detail[2] ?? 0.4;
  const row = Math.floor(v / width);
  const shifted = u / length + (row & 1) * 0.5;
  const column = Math.floor(shifted);
  const stains = fractal2(u * 0.3, v * 0.6, seed);
  let shade = 0.8 + 0.35 * stains;
  const seen = visible(Math.min(length, width), footprint);
  if (seen > 0) {
    shade *= 1 + 0.18 * seen * (lattice2(column, row, seed + 2) - 0.5);
    const du = Math.min(shifted - column, 1 - (shifted - column)) * length;
    const dv = Math.min(v / width - row, 1 - (v / width - row)) * width;
    if (Math.min(du, dv) < 0.015 + footprint * 0.3) shade *= 1 - joint * seen * 0.6;
  }
  mix(out, colour, shade, second, 0.25 * noise2(u * 0.15, v * 0.2, seed + 8));
};

/** Kerb stones: paler than the road, joints every metre of u. */
export const kerb: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const { colour, seed } = surface;
  let shade = 0.85 + 0.3 * noise2(u * 2, v * 6, seed);
  const along = u - Math.floor(u);
  if (along < 0.03 && visible(0.3, footprint) > 0.2) shade *= 0.7;
  mix(out, colour, shade, colour, 0);
};

/** Grass and bare earth; second is the earth. detail: [share of earth]. */
export const grass: Material = (hit, out) => {
  const { x, y, footprint, surface } = hit;
  const { colour, second, seed, detail } = surface;
  const bare = detail[0] ?? 0.4;
  const patches = fractal2(x * 0.35, y * 0.35, seed);
  const blades = visible(0.15, footprint);
  const shade = 0.7 + 0.5 * patches + 0.4 * blades * (noise2(x * 9, y * 9, seed + 4) - 0.5);
  mix(out, colour, shade, second, smoothstep(1 - bare, 1.15 - bare, patches) * 0.9);
};

/** Rails in paving; v is across the track, its middle at 0, gauge 1.435 m. */
export const railTrack: Material = (hit, out) => {
  const { u, v, surface } = hit;
  const { colour, second, seed } = surface;
  const rail = Math.abs(Math.abs(v) - 0.72);
  const shade = 0.8 + 0.4 * fractal2(u * 0.4, v * 1.2, seed);
  if (rail < 0.05) {
    mix(out, second, 1, second, 0);
    out.gloss = 0.25;
  } else {
    mix(out, colour, rail < 0.12 ? shade * 0.6 : shade, colour, 0);
  }
};

/** colour · shade, blended with `other`. */
export function mix(
  out: Reflectance,
  colour: Colour,
  shade: number,
  other: Colour,
  share: number,
): void {
  out.r = colour[0] * shade * (1 - share) + other[0] * share;
  out.g = colour[1] * shade * (1 - share) + other[1] * share;
  out.b = colour[2] * shade * (1 - share) + other[2] * share;
}
