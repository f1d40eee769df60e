import { randomSource } from '@scene-mtl/data';
import { checkFinite } from './summary.ts';

/** How `bootstrapInterval` draws. */
export interface BootstrapOptions {
  /** Coverage of the interval, 0 … 1 (default 0.95). */
  readonly level?: number;
  /** Number of resamples (default 10,000). */
  readonly resamples?: number;
  /** Seed of the draws (default 0). */
  readonly seed?: number;
}

/**
 * Percentile bootstrap interval of the mean (Efron & Tibshirani 1993, chapter 13): the quantiles
 * (1 ∓ level) / 2 of the means of resamples with replacement.
 *
 * With few seeds the interval is too narrow (for n = 3 it can never leave the range of the values);
 * show n beside it. The same seed gives the same interval.
 *
 * @param values one number per seed
 * @returns `[low, high]`; both equal the value for n = 1
 * @throws RangeError for no values, a value that is not finite, or options out of range
 * @example
 * ```ts
 * import { bootstrapInterval } from '@scene-mtl/eval';
 * bootstrapInterval([2, 2, 2]); // → [2.0, 2.0]
 * const [low, high] = bootstrapInterval([1, 2, 3]);
 * low >= 1 && low < 2 && high > 2 && high <= 3; // → true
 * ```
 */
export function bootstrapInterval(
  values: readonly number[],
  { level = 0.95, resamples = 10_000, seed = 0 }: BootstrapOptions = {},
): [low: number, high: number] {
  checkFinite('bootstrapInterval', values);
  if (!(level > 0 && level < 1) || !Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(
      `bootstrapInterval: level must lie between 0 and 1 and resamples be a whole number from 1, got ${level} and ${resamples}`,
    );
  }
  const random = randomSource(seed);
  const n = values.length;
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.below(n)];
    means[r] = sum / n;
  }
  means.sort();
  return [quantile(means, (1 - level) / 2), quantile(means, (1 + level) / 2)];
}

/**
 * Percentile bootstrap interval of any statistic of a set of units, such as the images of a split:
 * each resample draws as many units with replacement and computes the statistic anew. Resamples
 * without a finite statistic (no object among the images drawn) are left out.
 *
 * @param units number of units
 * @param statistic of the units drawn, given as indices 0 … units − 1, some of them repeated
 * @returns `[low, high]`, or undefined where half of the resamples or more have no statistic
 * @throws RangeError for options out of range
 * @example
 * ```ts
 * import { bootstrapStatistic } from '@scene-mtl/eval';
 * const images = [{ hits: 1, pixels: 2 }, { hits: 30, pixels: 60 }];
 * const accuracy = (drawn: Int32Array) => {
 *   const sum = (key: 'hits' | 'pixels') => drawn.reduce((all, i) => all + images[i][key], 0);
 *   return sum('hits') / sum('pixels');
 * };
 * bootstrapStatistic(images.length, accuracy, { resamples: 100 }); // → [0.5, 0.5]
 * ```
 */
export function bootstrapStatistic(
  units: number,
  statistic: (drawn: Int32Array) => number,
  options: BootstrapOptions = {},
): [low: number, high: number] | undefined {
  return bootstrapStatistics(units, 1, (drawn) => [statistic(drawn)], options)[0];
}

/**
 * {@link bootstrapStatistic} of several statistics of the same resamples, so that what they share is computed
 * once and their intervals belong together.
 * @param count of the statistics
 * @param statistics of the units drawn, `count` of them
 * @returns one interval a statistic, undefined where half of the resamples or more have none
 * @throws RangeError for options out of range
 * @example
 * ```ts
 * import { bootstrapStatistics } from '@scene-mtl/eval';
 * const sizes = [3, 3, 3];
 * const sum = (drawn: Int32Array) => drawn.reduce((all, i) => all + sizes[i], 0);
 * bootstrapStatistics(3, 2, (drawn) => [sum(drawn), sum(drawn) / 3]); // → [[9, 9], [3, 3]]
 * ```
 */
export function bootstrapStatistics(
  units: number,
  count: number,
  statistics: (drawn: Int32Array) => readonly number[],
  { level = 0.95, resamples = 10_000, seed = 0 }: BootstrapOptions = {},
): ([low: number, high: number] | undefined)[] {
  if (!(level > 0 && level < 1) || !Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(
      `bootstrapStatistic: level must lie between 0 and 1 and resamples be a whole number from 1, got ${level} and ${resamples}`,
    );
  }
  const found = Array.from({ length: count }, (): number[] => []);
  const random = randomSource(seed);
  const drawn = new Int32Array(units);
  for (let r = 0; units > 0 && r < resamples; r++) {
    for (let i = 0; i < units; i++) drawn[i] = random.below(units);
    const values = statistics(drawn);
    found.forEach((list, k) => Number.isFinite(values[k]) && list.push(values[k]));
  }
  return found.map((list) => {
    if (2 * list.length <= resamples) return undefined;
    const sorted = Float64Array.from(list).sort();
    return [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
  });
}

/** Quantile q of sorted numbers, linear between neighbours (Hyndman & Fan 1996, type 7). */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}
