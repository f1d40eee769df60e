import { studentQuantile } from './student-t.ts';
import { summarise } from './summary.ts';

/** What differences over seeds settle. */
export interface Settled {
  readonly n: number;
  readonly mean: number;
  /** 95 % interval of the mean by Student's t (wider as one of several tests); both ends are the value for n = 1. */
  readonly interval: readonly [low: number, high: number];
  /**
   * `within`: the mean is nearer to 0 than δ for certain; `above`, `below`: it is not 0 for certain; `open`: the
   * interval still holds both.
   */
  readonly outcome: 'above' | 'below' | 'within' | 'open';
  /**
   * Seeds with which this mean and spread would be settled four times in five; n where they are; undefined for one
   * seed, and above `MOST_SEEDS`.
   */
  readonly seedsToSettle: number | undefined;
}

/** Beyond this many seeds nobody waits. */
export const MOST_SEEDS = 1000;

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
 * @param tests of how many tests this is one: 5 % are shared out among them (Bonferroni)
 * @param delta δ, the smallest difference that would matter, in their unit, above 0
 * @throws RangeError for no differences, one that is not finite, or a δ that is not above 0
 * @example
 * ```ts
 * import { settle } from '@scene-mtl/eval';
 * settle([3.1, 2.9, 3.0, 3.2], 0.5).outcome; // → 'above'
 * settle([0.1, -0.1, 0.05, -0.05], 0.5).outcome; // → 'within'
 * const { outcome, seedsToSettle } = settle([1.2, -0.4, 0.9], 0.5);
 * [outcome, seedsToSettle]; // → ['open', 20]
 * ```
 */
export function settle(differences: readonly number[], delta: number, tests = 1): Settled {
  const { n, mean, sd } = summarise(differences);
  if (!(delta > 0)) throw new RangeError(`settle: expected delta above 0, got ${delta}`);
  if (n === 1) {
    return { n, mean, interval: [mean, mean], outcome: 'open', seedsToSettle: undefined };
  }
  const { twoSided, oneSided } = shared(tests);
  const half = (studentQuantile(twoSided, n - 1) * sd) / Math.sqrt(n);
  const within = Math.abs(mean) + (studentQuantile(oneSided, n - 1) * sd) / Math.sqrt(n) < delta;
  const outcome = within ? 'within' : mean > half ? 'above' : mean < -half ? 'below' : 'open';
  return {
    n,
    mean,
    interval: [mean - half, mean + half],
    outcome,
    seedsToSettle: outcome === 'open' ? seedsFor(Math.abs(mean), sd, { delta, tests }, n + 1) : n,
  };
}

/** Quantiles at which 5 % for all tests together lie outside, on both sides or on one. */
const shared = (tests: number) => ({ twoSided: 1 - 0.025 / tests, oneSided: 1 - 0.05 / tests });

/** The least number of seeds, from `from` on, that would settle an effect with this spread: more always do too. */
function seedsFor(
  effect: number,
  sd: number,
  { delta, tests }: { readonly delta: number; readonly tests: number },
  from: number,
): number | undefined {
  const { twoSided, oneSided } = shared(tests);
  const settles = (n: number): boolean => {
    const step = sd / Math.sqrt(n);
    const found = studentQuantile(POWER, n - 1);
    return (
      effect > (studentQuantile(twoSided, n - 1) + found) * step ||
      effect + (studentQuantile(oneSided, n - 1) + found) * step < delta
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
