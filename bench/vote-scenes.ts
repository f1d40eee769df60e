/**
 * Street-like images of objects with the centre vectors that a coarse network would predict, to time
 * and compare ways of clustering. Not a renderer: boxes and ellipses on a ground plane.
 */

/** Ground truth and a simulated prediction, all row-major. */
export interface VoteScene {
  readonly height: number;
  readonly width: number;
  /** Class per pixel, `u8 [H, W]`: 11 person, 13 car, 0 for the rest. Taken as predicted too. */
  readonly semantic: Uint8Array;
  /** Object per pixel, `u16 [H, W]`, 0 for none. */
  readonly ids: Uint16Array;
  /** Simulated prediction of the vectors to the centre of the visible mask, `f32 [H, W, 2]`, px. */
  readonly vectors: Float32Array;
}

/** How far from perfect the simulated vectors are. */
export interface VoteError {
  /** The true vectors are averaged over cells of this many px, then interpolated bilinearly. */
  readonly stride: number;
  /** Standard deviation of an error that is smooth over cells, as a share of √area of the object. */
  readonly smooth: number;
  /** Standard deviation of an error of each pixel on its own, in px. */
  readonly pixel: number;
}

/** A stream of uniform numbers in [0, 1) (mulberry32, public domain, T. Ettinger). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A standard normal number (Box and Muller 1958). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Draws one scene of 8 to 20 objects, some of them cut by poles. */
export function makeVoteScene(
  seed: number,
  height: number,
  width: number,
  error: VoteError,
): VoteScene {
  const random = uniform(seed);
  const semantic = new Uint8Array(height * width);
  const ids = new Uint16Array(height * width);
  const objects = Array.from({ length: 8 + Math.floor(random() * 13) }, () => ({
    // Size of an object over the image height: far ones are the most common.
    scale: 0.06 + 0.5 * random() ** 3,
    x: random() * width,
    isCar: random() < 0.6,
    pole: random() < 0.3,
    aspect: 0.8 + 0.4 * random(),
  })).sort((a, b) => a.scale - b.scale);
  objects.forEach((object, k) => {
    const tall = object.scale * height;
    const wide = tall * object.aspect * (object.isCar ? 1.7 : 0.4);
    const bottom = height * (0.45 + 0.9 * object.scale);
    for (let row = Math.max(0, Math.round(bottom - tall)); row < Math.min(height, bottom); row++) {
      for (let column = 0; column < width; column++) {
        const u = (column - object.x) / (wide / 2);
        const v = (row - (bottom - tall / 2)) / (tall / 2);
        const inside = object.isCar ? Math.abs(u) ** 4 + Math.abs(v) ** 4 < 1 : u * u + v * v < 1;
        if (!inside) continue;
        ids[row * width + column] = k + 1;
        semantic[row * width + column] = object.isCar ? 13 : 11;
      }
    }
    if (!object.pole) return;
    const thickness = Math.max(1, Math.round(tall * 0.08));
    const left = Math.round(object.x + (random() - 0.5) * 0.5 * wide);
    for (let row = 0; row < Math.min(height, bottom); row++) {
      for (let column = Math.max(0, left); column < Math.min(width, left + thickness); column++) {
        ids[row * width + column] = 0;
        semantic[row * width + column] = 0;
      }
    }
  });
  return { height, width, semantic, ids, vectors: predict(ids, height, width, error, random) };
}

function predict(
  ids: Uint16Array,
  height: number,
  width: number,
  { stride, smooth, pixel }: VoteError,
  random: () => number,
): Float32Array {
  const sums = new Map<number, { n: number; x: number; y: number }>();
  for (let p = 0; p < ids.length; p++) {
    if (ids[p] === 0) continue;
    const sum = sums.get(ids[p]) ?? { n: 0, x: 0, y: 0 };
    sum.n++;
    sum.x += p % width;
    sum.y += Math.floor(p / width);
    sums.set(ids[p], sum);
  }
  const rows = Math.ceil(height / stride);
  const columns = Math.ceil(width / stride);
  const coarse = new Float64Array(3 * rows * columns);
  for (let p = 0; p < ids.length; p++) {
    const sum = sums.get(ids[p]);
    if (sum === undefined) continue;
    const row = Math.floor(p / width);
    const column = p % width;
    const cell = 3 * (Math.floor(row / stride) * columns + Math.floor(column / stride));
    coarse[cell] += sum.x / sum.n - column;
    coarse[cell + 1] += sum.y / sum.n - row;
    coarse[cell + 2]++;
  }
  const noise = Float64Array.from({ length: 2 * rows * columns }, () => normal(random));
  const vectors = new Float32Array(2 * ids.length);
  for (let p = 0; p < ids.length; p++) {
    const sum = sums.get(ids[p]);
    if (sum === undefined) continue;
    const y = (Math.floor(p / width) + 0.5) / stride - 0.5;
    const x = ((p % width) + 0.5) / stride - 0.5;
    let total = 0;
    const value = [0, 0, 0, 0];
    for (const r of [Math.floor(y), Math.floor(y) + 1]) {
      for (const c of [Math.floor(x), Math.floor(x) + 1]) {
        if (r < 0 || c < 0 || r >= rows || c >= columns) continue;
        const cell = r * columns + c;
        if (coarse[3 * cell + 2] === 0) continue;
        const weight = (1 - Math.abs(y - r)) * (1 - Math.abs(x - c)) + 1e-9;
        total += weight;
        value[0] += (weight * coarse[3 * cell]) / coarse[3 * cell + 2];
        value[1] += (weight * coarse[3 * cell + 1]) / coarse[3 * cell + 2];
        value[2] += weight * noise[2 * cell];
        value[3] += weight * noise[2 * cell + 1];
      }
    }
    const size = smooth * Math.sqrt(sum.n);
    vectors[2 * p] = (value[0] + size * value[2]) / total + pixel * normal(random);
    vectors[2 * p + 1] = (value[1] + size * value[3]) / total + pixel * normal(random);
  }
  return vectors;
}
