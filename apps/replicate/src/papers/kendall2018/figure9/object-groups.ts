import type { ObjectError } from './object-errors.ts';

/** Upper ends of the size groups, as shares of the image's height; the last has none. */
export const extentEnds = [0.125, 0.25, 0.5] as const;

/** What each group is called. */
export const extentNames = ['below 1/8', '1/8 to 1/4', '1/4 to 1/2', '1/2 and above'] as const;

/** Number of objects with sum and sum of squares of an error: enough for a mean and its error. */
export type Moments = readonly [n: number, sum: number, squares: number];

/** Errors of the objects of one size, whole or occluded. */
export type ObjectGroup = {
  readonly extent: number;
  readonly occluded: boolean;
  readonly vector: Moments;
  readonly wrong: Moments;
};

/** Objects by size and by whether they are visible in one piece. */
export function objectGroups(objects: readonly ObjectError[]): ObjectGroup[] {
  return extentNames.flatMap((_, extent) =>
    [false, true].map((occluded) => {
      const of = objects.filter(
        (object) => groupOf(object.extent) === extent && object.occluded === occluded,
      );
      return {
        extent,
        occluded,
        vector: momentsOf(of.map(({ vector }) => vector)),
        wrong: momentsOf(of.map(({ wrong }) => wrong)),
      };
    }),
  );
}

const groupOf = (extent: number): number => extentEnds.filter((end) => extent >= end).length;

/** Moments of the finite values, rounded for JSON. */
export function momentsOf(values: readonly number[]): Moments {
  const finite = values.filter(Number.isFinite);
  const short = (v: number) => Number(v.toPrecision(7));
  const sum = finite.reduce((s, v) => s + v, 0);
  const squares = finite.reduce((s, v) => s + v * v, 0);
  return [finite.length, short(sum), short(squares)];
}

/** Moments of several groups together. */
export const joined = (groups: readonly Moments[]): Moments =>
  groups.reduce<Moments>((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [0, 0, 0]);

/** A mean and its variance; NaN for fewer than two values. */
export function meanOf([n, sum, squares]: Moments): { mean: number; variance: number } {
  const mean = sum / n;
  return { mean, variance: n < 2 ? NaN : Math.max(0, squares / n - mean * mean) / (n - 1) };
}

/** A difference with its 95 % interval from the spread between objects. */
export interface Difference {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Difference of two means a − b. */
export function differenceOf(a: Moments, b: Moments): Difference | undefined {
  const [x, y] = [meanOf(a), meanOf(b)];
  return interval(x.mean - y.mean, x.variance + y.variance);
}

/**
 * Difference a − b within groups of like size, weighted by the smaller number of objects of the two:
 * occluded objects are larger than others, and size alone changes the error.
 */
export function matchedDifference(
  pairs: readonly (readonly [Moments, Moments])[],
): Difference | undefined {
  const usable = pairs.filter(([a, b]) => a[0] > 1 && b[0] > 1);
  const weights = usable.map(([a, b]) => Math.min(a[0], b[0]));
  const total = weights.reduce((s, w) => s + w, 0);
  let value = 0;
  let variance = 0;
  usable.forEach(([a, b], k) => {
    const [x, y] = [meanOf(a), meanOf(b)];
    const share = weights[k] / total;
    value += share * (x.mean - y.mean);
    variance += share ** 2 * (x.variance + y.variance);
  });
  return total === 0 ? undefined : interval(value, variance);
}

function interval(value: number, variance: number): Difference | undefined {
  const half = 1.96 * Math.sqrt(variance);
  return Number.isFinite(value) && Number.isFinite(half)
    ? { value, low: value - half, high: value + half }
    : undefined;
}
