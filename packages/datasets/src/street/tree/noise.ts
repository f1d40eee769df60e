import type { Centre } from '@scene-mtl/core';
import { trainLabels } from '../../cityscapes/labels.ts';
import { normal, pickIndex, type Random } from '../../random.ts';

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
  const { disparitySigma = 0, disparityOutliers = 0, labelFlips = 0, centreSigma = 0 } = noise;
  return disparitySigma > 0 || disparityOutliers > 0 || labelFlips > 0 || centreSigma > 0;
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
  random: Random,
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
  random: Random,
): Uint8Array {
  const ids = trainLabels.map((label) => label.id);
  return labelIds.map((id) => {
    const index = ids.indexOf(id);
    if (index < 0 || random() >= labelFlips) return id;
    // One of the other classes: skip the own one.
    const other = pickIndex(random, ids.length - 1);
    return ids[other < index ? other : other + 1];
  });
}

/** Centres with Gaussian errors, in order of their instance values. */
export function noisyCentres(
  centres: ReadonlyMap<number, Centre>,
  { centreSigma = 0 }: NoiseOptions,
  random: Random,
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
