/** Uniform number in [0, 1) of a lattice point. */
export function lattice3(x: number, y: number, z: number, seed: number): number {
  let h =
    Math.imul(x | 0, 0x27d4eb2d) ^
    Math.imul(y | 0, 0x165667b1) ^
    Math.imul(z | 0, 0x9e3779b1) ^
    Math.imul(seed | 0, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** Uniform number in [0, 1) of a lattice point in the plane. */
export function lattice2(x: number, y: number, seed: number): number {
  let h =
    Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1) ^ Math.imul(seed | 0, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

/** Smooth noise in [0, 1) with features of size 1 (value noise, cubic blending). */
export function noise2(x: number, y: number, seed: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const wx = fx * fx * (3 - 2 * fx);
  const wy = fy * fy * (3 - 2 * fy);
  const a = lattice2(i, j, seed);
  const b = lattice2(i + 1, j, seed);
  const c = lattice2(i, j + 1, seed);
  const d = lattice2(i + 1, j + 1, seed);
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
