const COLUMN = 0x27d4eb2d;
const ROW = 0x165667b1;
const SEED = 0x85ebca6b;

/** Uniform number in [0, 1) of a 32-bit whole number, every bit of which moves all of the result. */
function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) * 2 ** -32;
}

/** Uniform number in [0, 1) of a lattice point. */
export function lattice3(x: number, y: number, z: number, seed: number): number {
  const salt = Math.imul(z | 0, 0x9e3779b1) ^ Math.imul(seed | 0, SEED);
  return mixed(Math.imul(x | 0, COLUMN) ^ Math.imul(y | 0, ROW) ^ salt);
}

/** Uniform number in [0, 1) of a lattice point in the plane. */
export function lattice2(x: number, y: number, seed: number): number {
  return mixed(Math.imul(x | 0, COLUMN) ^ Math.imul(y | 0, ROW) ^ Math.imul(seed | 0, SEED));
}

/** Smooth noise in [0, 1) with features of size 1 (value noise, cubic blending). */
export function noise2(x: number, y: number, seed: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const wx = fx * fx * (3 - 2 * fx);
  const wy = fy * fy * (3 - 2 * fy);
  // lattice2 at the cell's corners: modulo 2³² the next column's product is this one's plus the factor.
  const left = Math.imul(i | 0, COLUMN);
  const right = left + COLUMN;
  const below = Math.imul(j | 0, ROW);
  const salt = Math.imul(seed | 0, SEED);
  const lower = below ^ salt;
  const upper = (below + ROW) ^ salt;
  const a = mixed(left ^ lower);
  const b = mixed(right ^ lower);
  const c = mixed(left ^ upper);
  const d = mixed(right ^ upper);
  const low = a + (b - a) * wx;
  return low + (c + (d - c) * wx - low) * wy;
}

/** Sum of three octaves of `noise2`, in [0, 1). */
export function fractal2(x: number, y: number, seed: number): number {
  return (
    (4 * noise2(x, y, seed) +
      2 * noise2(2.03 * x, 2.03 * y, seed + 1) +
      noise2(4.01 * x, 4.01 * y, seed + 2)) /
    7
  );
}

/** Whether `fractal2` there is above the limit: mostly its widest octave tells, the others are left out. */
export function fractal2Above(x: number, y: number, seed: number, limit: number): boolean {
  const wide = 4 * noise2(x, y, seed);
  // The other two add less than 3. The margin is far above rounding and leaves the answer the same.
  if (wide + 3 < 7 * limit - 1e-9) return false;
  return fractal2(x, y, seed) > limit;
}

/** 1 where texture of this size (m) can be seen at this footprint (m), falling to 0 below it. */
export function visible(size: number, footprint: number): number {
  const ratio = size / (2 * footprint);
  return ratio >= 1.5 ? 1 : ratio <= 0.5 ? 0 : ratio - 0.5;
}

/** 0 below a, 1 above b, smooth between. */
export function smoothstep(a: number, b: number, x: number): number {
  const t = Math.max(0, Math.min(1, (x - a) / (b - a)));
  return t * t * (3 - 2 * t);
}
