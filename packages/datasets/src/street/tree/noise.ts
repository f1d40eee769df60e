import { normal, pickIndex, VOID, type Centre, type Draw, type Size } from '@scene-mtl/data';
import { evaluatedLabels, trainIdOf } from '@scene-mtl/data/cityscapes';

/** Errors added to what a tree records, of known size. Everything is off by default. */
export interface NoiseOptions {
  /** Standard deviation of the disparity's Gaussian error, px at the tree's width. */
  readonly disparitySigma?: number;
  /** Share of known disparities replaced by a gross error, 0–1. */
  readonly disparityOutliers?: number;
  /** Largest gross error, px at the tree's width; even over [−x, x]. Default: width / 40. */
  readonly outlierRange?: number;
  /** Share of evaluated pixels whose class becomes another evaluated class, evenly, 0–1. */
  readonly labelFlips?: number;
  /**
   * Standard deviation of the displacement of class boundaries, px at the tree's size, per direction
   * (Gaussian, smooth over a 64th of the width).
   */
  readonly boundarySigma?: number;
  /**
   * Standard deviation of the error of each object's centre, px at the tree's size, per direction
   * (Gaussian). All vectors of an object point to its one recorded centre.
   */
  readonly centreSigma?: number;
}

/** Checks the options. @throws for a negative, infinite or impossible value; names it */
export function checkNoise(noise: NoiseOptions): void {
  for (const [name, value] of Object.entries(noise) as [keyof NoiseOptions, number][]) {
    const share = name === 'disparityOutliers' || name === 'labelFlips';
    if (!(value >= 0) || !Number.isFinite(value) || (share && value > 1)) {
      throw new Error(
        `noise.${name}: expected a number of at least 0${share ? ' and at most 1' : ''}, got ${value}`,
      );
    }
  }
}

/** True when any noise is on. */
export function isNoisy(noise: NoiseOptions): boolean {
  const { disparitySigma = 0, disparityOutliers = 0, centreSigma = 0 } = noise;
  return disparitySigma > 0 || disparityOutliers > 0 || centreSigma > 0 || hasLabelNoise(noise);
}

/** True when the recorded classes differ from the true ones. */
export function hasLabelNoise({ labelFlips = 0, boundarySigma = 0 }: NoiseOptions): boolean {
  return labelFlips > 0 || boundarySigma > 0;
}

/**
 * Disparity with errors where it is known: d + N(0, σ²), or a gross error for a share of pixels.
 * Never below 0.
 * @param disparity `[H, W]` px
 * @param valid `[H, W]`
 */
export function noisyDisparity(
  disparity: Float32Array,
  valid: Uint8Array,
  width: number,
  noise: NoiseOptions,
  random: Draw,
): Float32Array {
  const { disparitySigma = 0, disparityOutliers = 0, outlierRange = width / 40 } = noise;
  return disparity.map((d, i) => {
    if (!valid[i]) return d;
    const gross = disparityOutliers > 0 && random() < disparityOutliers;
    const error = gross ? outlierRange * (2 * random() - 1) : disparitySigma * normal(random);
    return Math.max(0, d + error);
  });
}

/** Label ids of which a share of the evaluated pixels is replaced. `u8 [H, W]`. */
export function flippedLabels(
  labelIds: Uint8Array,
  { labelFlips = 0 }: NoiseOptions,
  random: Draw,
): Uint8Array {
  const ids = evaluatedLabels.map((label) => label.id);
  return labelIds.map((id) => {
    const index = ids.indexOf(id);
    if (index < 0 || random() >= labelFlips) return id;
    // One of the other classes: skip the own one.
    const other = pickIndex(random, ids.length - 1);
    return ids[other < index ? other : other + 1];
  });
}

/**
 * Label ids whose boundaries are displaced: each evaluated pixel takes the class of the pixel at
 * (row + N(0, σ²), column + N(0, σ²)), rounded, where that is evaluated as well. The displacement is
 * a smooth field with exactly this deviation at every pixel. `u8 [H, W]`.
 */
export function displacedBoundaries(
  labelIds: Uint8Array,
  { height, width }: Size,
  { boundarySigma = 0 }: NoiseOptions,
  random: Draw,
): Uint8Array {
  if (boundarySigma === 0) return labelIds;
  const down = smoothNormals({ height, width }, random);
  const right = smoothNormals({ height, width }, random);
  return labelIds.map((id, i) => {
    const row = Math.floor(i / width) + Math.round(boundarySigma * down[i]);
    const column = (i % width) + Math.round(boundarySigma * right[i]);
    if (row < 0 || column < 0 || row >= height || column >= width) return id;
    const other = labelIds[row * width + column];
    return trainIdOf[id] === VOID || trainIdOf[other] === VOID ? id : other;
  });
}

/** A smooth field whose value at each pixel is standard normal: blended lattice points, rescaled. */
function smoothNormals({ height, width }: Size, random: Draw): Float32Array {
  const cell = Math.max(2, width / 64);
  const columns = Math.ceil(width / cell) + 1;
  const rows = Math.ceil(height / cell) + 1;
  const lattice = Float32Array.from({ length: rows * columns }, () => normal(random));
  return Float32Array.from({ length: height * width }, (_, i) => {
    const y = Math.floor(i / width) / cell;
    const x = (i % width) / cell;
    const [r, c] = [Math.floor(y), Math.floor(x)];
    const weights = [1 - (y - r), y - r].flatMap((a) => [a * (1 - (x - c)), a * (x - c)]);
    const points = [0, 1, columns, columns + 1].map((step) => lattice[r * columns + c + step]);
    const sum = weights.reduce((total, w, k) => total + w * points[k], 0);
    return sum / Math.sqrt(weights.reduce((total, w) => total + w * w, 0));
  });
}

/** Centres with Gaussian errors, in order of their instance values. */
export function noisyCentres(
  centres: ReadonlyMap<number, Centre>,
  { centreSigma = 0 }: NoiseOptions,
  random: Draw,
): Map<number, Centre> {
  const sorted = [...centres].sort(([a], [b]) => a - b);
  return new Map(
    sorted.map(([value, { row, column }]) => [
      value,
      {
        row: row + centreSigma * normal(random),
        column: column + centreSigma * normal(random),
      },
    ]),
  );
}
