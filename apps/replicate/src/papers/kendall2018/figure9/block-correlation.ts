import { unpackMeans } from './block-grid.ts';
import { type ErrorBlocks, pairName, type TaskPair } from './error-blocks.ts';

/** Pearson's r over blocks, with an interval over frames. */
export interface Correlation {
  readonly r: number;
  /** r ± 1.96 standard errors of a jackknife over frames. */
  readonly low: number;
  readonly high: number;
  readonly blocks: number;
  readonly frames: number;
}

/** One network's errors of one task at the blocks of a pair. */
export interface ErrorSide {
  readonly blocks: ErrorBlocks;
  readonly task: string;
}

/**
 * Correlation of two errors over the blocks of a pair of tasks; the two may come from different
 * networks. Undefined where one of them is not there, where they saw different frames, or where an
 * error never varies.
 */
export function blockCorrelation(
  pair: TaskPair,
  a: ErrorSide,
  b: ErrorSide,
): Correlation | undefined {
  const [x, y] = [a, b].map(({ blocks, task }) => blocks.pairs[pairName(pair)]?.means[task]);
  const frames = [a, b].map(({ blocks }) => blocks.pairs[pairName(pair)]?.frames);
  if (!x || !y || frames[0] !== frames[1]) return undefined;
  return correlate(unpackMeans(x), unpackMeans(y), frames[0].split(' ').map(Number));
}

/**
 * Pearson's r, and its standard error by leaving out one frame at a time (Efron & Tibshirani 1993,
 * chapter 11): blocks of one frame are not independent, frames nearly are.
 * @param counts blocks of each frame; they follow one another in `a` and `b`
 */
export function correlate(
  a: readonly number[],
  b: readonly number[],
  counts: readonly number[],
): Correlation | undefined {
  let at = 0;
  const sums = counts.map((n) => sumsOf(a.slice(at, at + n), b.slice(at, (at += n))));
  const all = sums.reduce((s, t) => s.map((v, k) => v + t[k]), [0, 0, 0, 0, 0, 0]);
  const r = pearson(all);
  if (Number.isNaN(r)) return undefined;
  const without = sums.map((t) => pearson(all.map((v, k) => v - t[k])));
  const mean = without.reduce((s, v) => s + v, 0) / without.length;
  const spread = without.reduce((s, v) => s + (v - mean) ** 2, 0);
  const error = Math.sqrt(((without.length - 1) / without.length) * spread);
  const half = 1.96 * (Number.isNaN(error) ? Infinity : error);
  return {
    r,
    low: Math.max(-1, r - half),
    high: Math.min(1, r + half),
    blocks: a.length,
    frames: counts.filter((n) => n > 0).length,
  };
}

/** Correlation of two lists, one entry per frame; frames that lack one are left out. */
export function frameCorrelation(
  a: readonly (number | null)[] | undefined,
  b: readonly (number | null)[] | undefined,
): number | undefined {
  if (!a || !b || a.length !== b.length) return undefined;
  const both = a.flatMap((x, i) => (x === null || b[i] === null ? [] : [[x, b[i]] as const]));
  const r = pearson(
    sumsOf(
      both.map(([x]) => x),
      both.map(([, y]) => y),
    ),
  );
  return Number.isNaN(r) ? undefined : r;
}

/** [n, Σx, Σy, Σx², Σy², Σxy] */
function sumsOf(x: readonly number[], y: readonly number[]): number[] {
  const sums = [x.length, 0, 0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    sums[1] += x[i];
    sums[2] += y[i];
    sums[3] += x[i] * x[i];
    sums[4] += y[i] * y[i];
    sums[5] += x[i] * y[i];
  }
  return sums;
}

function pearson([n, x, y, xx, yy, xy]: readonly number[]): number {
  const [vx, vy] = [n * xx - x * x, n * yy - y * y];
  // What rounding leaves of an error that never varies is no variation.
  if (!(vx > 1e-12 * n * xx) || !(vy > 1e-12 * n * yy)) return NaN;
  return Math.max(-1, Math.min(1, (n * xy - x * y) / Math.sqrt(vx * vy)));
}
