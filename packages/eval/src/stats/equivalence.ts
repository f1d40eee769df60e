import { studentQuantile, studentT } from './student-t.ts';
import { summarise } from './summary.ts';

/** What differences over seeds settle. */
export interface Settled {
  readonly n: number;
  readonly mean: number;
  /** 95 % interval of the mean by Student's t; both ends are the value for n = 1. */
  readonly interval: readonly [low: number, high: number];
  /**
   * `within`: the mean is nearer to 0 than δ for certain; `above`, `below`: it is not 0 for certain; `open`: the
   * interval still holds both.
   */
  readonly outcome: 'above' | 'below' | 'within' | 'open';
  /** p of the test that settles it, of the nearer one where none does; 1 for one seed. */
  readonly p: number;
  /** p of the one-sided tests that the mean is below δ, and above −δ: the larger of both is that of `within`. */
  readonly noMore: number;
  readonly noLess: number;
  /**
   * Seeds with which this mean and spread would be settled four times in five; n where they are; undefined for one
   * seed, and above `MOST_SEEDS`.
   */
  readonly seedsToSettle: number | undefined;
}

/** Beyond this many seeds nobody waits. */
export const MOST_SEEDS = 1000;

/** Of the statements of a test that says nothing true, so many come out all the same. */
const LEVEL = 0.05;

/** Share of true effects that a number of seeds is to find. */
const POWER = 0.8;

/**
 * Whether differences are above 0, below 0, or no larger than what would matter: a paired t test, and two
 * one-sided t tests of equivalence (Schuirmann 1987), each at 5 %. With d̄ the mean of n differences, s their
 * sample deviation and t(p) the quantile of Student's t with n − 1 degrees of freedom,
 *
 *     above, below:   |d̄| > t(0.975) · s / √n
 *     within:         |d̄| + t(0.95) · s / √n < δ
 *
 * What is within is said to be within, even where it is above or below 0 too: it does not matter. Student's t takes
 * the differences for normal; unlike a bootstrap it does not become too narrow with three of them.
 *
 * The seeds that would settle it are the least n at which the same holds with t(p) + t(0.8) in place of t(p).
 * @param differences one number per seed
 * @param delta δ, the smallest difference that would matter, in their unit, above 0
 * @throws RangeError for no differences, one that is not finite, or a δ that is not above 0
 * @example
 * ```ts
 * import { settle } from '@scene-mtl/eval';
 * settle([3.1, 2.9, 3.0, 3.2], 0.5).outcome; // → 'above'
 * settle([0.1, -0.1, 0.05, -0.05], 0.5).outcome; // → 'within'
 * const { outcome, seedsToSettle, p } = settle([1.2, -0.4, 0.9], 0.5);
 * [outcome, seedsToSettle, p.toFixed(2)]; // → ['open', 20, '0.37']
 * ```
 */
export function settle(differences: readonly number[], delta: number): Settled {
  const { n, mean, sd } = summarise(differences);
  if (!(delta > 0)) throw new RangeError(`settle: expected delta above 0, got ${delta}`);
  if (n === 1) {
    const nothing = { p: 1, noMore: 1, noLess: 1, seedsToSettle: undefined };
    return { n, mean, interval: [mean, mean], outcome: 'open', ...nothing };
  }
  const error = sd / Math.sqrt(n);
  const half = studentQuantile(TWO_SIDED, n - 1) * error;
  const beyond = (distance: number): number => tailBeyond(distance, error, n - 1);
  const [noMore, noLess] = [beyond(delta - mean), beyond(delta + mean)];
  const [apart, within] = [2 * beyond(Math.abs(mean)), Math.max(noMore, noLess)];
  const isWithin = within < LEVEL;
  const side = mean > 0 ? 'above' : 'below';
  const outcome = isWithin ? 'within' : apart < LEVEL ? side : 'open';
  return {
    n,
    mean,
    interval: [mean - half, mean + half],
    outcome,
    p: isWithin ? within : Math.min(apart, within),
    ...{ noMore, noLess },
    seedsToSettle: outcome === 'open' ? seedsFor(Math.abs(mean), sd, delta, n + 1) : n,
  };
}

/** Quantiles with 5 % beyond them, on both sides together and on one. */
const [TWO_SIDED, ONE_SIDED] = [1 - LEVEL / 2, 1 - LEVEL];

/** Share of Student's distribution beyond a distance; without any spread all of it is at one side or the other. */
const tailBeyond = (distance: number, error: number, df: number): number =>
  error > 0 ? studentT(-distance / error, df) : distance > 0 ? 0 : 1;

/** The least number of seeds, from `from` on, that would settle an effect with this spread: more always do too. */
function seedsFor(effect: number, sd: number, delta: number, from: number): number | undefined {
  const settles = (n: number): boolean => {
    const step = sd / Math.sqrt(n);
    const found = studentQuantile(POWER, n - 1);
    return (
      effect > (studentQuantile(TWO_SIDED, n - 1) + found) * step ||
      effect + (studentQuantile(ONE_SIDED, n - 1) + found) * step < delta
    );
  };
  let [low, high] = [from, MOST_SEEDS];
  if (!settles(high)) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (settles(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
