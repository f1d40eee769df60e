import type { Material } from '../geometry/surface.ts';
import { fractal2, lattice2, noise2, visible } from '../render/noise.ts';
import { mix } from './ground.ts';

/** Cloth, skin, rubber: the colour with a little variation. */
export const matte: Material = (hit, out) => {
  const { x, z, surface } = hit;
  mix(out, surface.colour, 0.9 + 0.2 * noise2(x * 6, z * 6, surface.seed), surface.second, 0);
};

/** Lacquered metal: mirrors the sky. detail: [gloss]. */
export const lacquer: Material = (hit, out) => {
  const { z, surface } = hit;
  // Road dirt on the sills.
  mix(out, surface.colour, z < 0.45 ? 0.75 : 1, surface.second, 0);
  out.gloss = surface.detail[0] ?? 0.1;
};

/** Window of a vehicle: dark inside, the sky on top of it. */
export const glass: Material = (hit, out) => {
  mix(out, hit.surface.colour, 1, hit.surface.second, 0);
  out.gloss = 0.09;
};

/** Side window with posts: u along in metres. detail: [from, to, post positions…]; second is paint. */
export const sideGlass: Material = (hit, out) => {
  const { u, surface } = hit;
  const { detail, colour, second } = surface;
  for (let k = 0; k < detail.length; k++) {
    if (Math.abs(u - detail[k]) < 0.05) {
      mix(out, second, 0.8, second, 0);
      out.gloss = 0.06;
      return;
    }
  }
  mix(out, colour, 1, second, 0);
  out.gloss = 0.08;
};

/** Wheel: tyre and spoked rim; u, v −1…1 across the disc. Colour is the rim. */
export const wheel: Material = (hit, out) => {
  const { u, v, surface } = hit;
  const r = Math.hypot(u, v);
  if (r > 0.66) {
    out.r = out.g = out.b = 0.018;
    return;
  }
  const spoke = Math.cos(5 * Math.atan2(v, u));
  const shade = r < 0.15 ? 0.8 : spoke > -0.2 ? 1 : 0.2;
  mix(out, surface.colour, shade, surface.second, 0);
  out.gloss = 0.05;
};

/** Bicycle wheel: thin tyre, the street dimly seen between the spokes. Second is what is behind. */
export const spokes: Material = (hit, out) => {
  const { u, v, footprint, surface } = hit;
  const r = Math.hypot(u, v);
  if (r > 0.86 || r < 0.08) {
    out.r = out.g = out.b = 0.02;
    return;
  }
  const seen = visible(0.1, footprint);
  const thin = Math.abs(Math.sin(9 * Math.atan2(v, u))) < 0.12 ? 0.5 * seen : 0;
  mix(out, surface.second, 0.8 - thin, surface.second, 0);
};

/** A light: shines with its own colour. detail: [share that glows]. */
export const lamp: Material = (hit, out) => {
  mix(out, hit.surface.colour, 1, hit.surface.second, 0);
  out.glow = hit.surface.detail[0] ?? 0;
};

/** Galvanised or painted metal of poles. */
export const metal: Material = (hit, out) => {
  const { v, surface } = hit;
  mix(out, surface.colour, 0.85 + 0.3 * noise2(v * 1.5, 0, surface.seed), surface.second, 0);
  out.gloss = 0.03;
};

/** Plate of a sign, u, v −1…1. detail: [kind]: 0 ring, 1 blue, 2 triangle, 3 yellow, 4 text, 5 back. */
export const signPlate: Material = (hit, out) => {
  const { u, v, surface } = hit;
  const r = Math.hypot(u, v);
  const kind = surface.detail[0];
  const glyph = Math.abs(u) < 0.35 && Math.abs(v) < 0.4;
  const ink = glyph && lattice2(Math.floor(u * 8), Math.floor(v * 6), surface.seed) > 0.5;
  if (kind === 0) mix(out, r > 0.7 ? RED : ink ? BLACK : WHITE, 1, WHITE, 0);
  else if (kind === 1)
    mix(out, Math.abs(u) < 0.18 && Math.abs(v) < 0.6 ? WHITE : BLUE, 1, WHITE, 0);
  else if (kind === 2)
    mix(out, edgeOfTriangle(u, v) > 0.62 ? RED : ink ? BLACK : WHITE, 1, WHITE, 0);
  else if (kind === 3) mix(out, r > 0.75 ? WHITE : YELLOW, 1, WHITE, 0);
  else if (kind === 4) mix(out, Math.abs(v) < 0.75 && ink ? WHITE : surface.colour, 1, WHITE, 0);
  else mix(out, GREY, 1, WHITE, 0);
  out.glow = kind === 5 ? 0 : 0.05;
};

const RED = [0.55, 0.02, 0.02] as const;
const BLUE = [0.02, 0.09, 0.4] as const;
const YELLOW = [0.75, 0.5, 0.02] as const;
const WHITE = [0.75, 0.75, 0.75] as const;
const BLACK = [0.02, 0.02, 0.02] as const;
const GREY = [0.25, 0.26, 0.27] as const;

const edgeOfTriangle = (u: number, v: number) => Math.max(-v * 2, 1.732 * u + v, -1.732 * u + v);

/** Leaves: light and dark clumps; holes look into the shade. detail: [contrast]. */
export const leaves: Material = (hit, out) => {
  const { x, y, z, footprint, surface } = hit;
  const { colour, second, seed, detail } = surface;
  const contrast = detail[0] ?? 1;
  const clump = fractal2(1.6 * (x + 0.7 * z), 1.6 * (y - 0.6 * z), seed);
  const fine = visible(0.2, footprint);
  const leaf = fine > 0 ? fine * (noise2(7 * (x + y), 7 * (z + 0.3 * x), seed + 7) - 0.5) : 0;
  const shade = 0.35 + 1.05 * clump + 0.7 * leaf;
  mix(out, colour, Math.max(0.12, 1 + contrast * (shade - 1)), second, 0.25 * clump);
};

/** Bark. */
export const bark: Material = (hit, out) => {
  const { u, v, surface } = hit;
  const ridges = 0.6 + 0.7 * noise2(u * 5, v * 1.5, surface.seed);
  mix(out, surface.colour, ridges, surface.second, 0);
};

/** Side of a bus, tram or van. u along, v up. detail: [window bottom, window top, post spacing]. */
export const coachSide: Material = (hit, out) => {
  const { u, v, surface } = hit;
  const { colour, second, detail } = surface;
  const bottom = detail[0];
  const top = detail[1];
  const spacing = detail[2];
  if (v > bottom && v < top) {
    const post = ((u % spacing) + spacing) % spacing;
    if (post > 0.12) {
      out.r = 0.025;
      out.g = 0.03;
      out.b = 0.035;
      out.gloss = 0.2;
      return;
    }
  }
  const skirt = v < bottom - 0.5;
  mix(out, skirt ? second : colour, 1, second, 0);
  out.gloss = 0.07;
};
