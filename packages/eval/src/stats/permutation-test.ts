import { randomSource } from '@scene-mtl/data';
import { checkFinite } from './summary.ts';

/** Result of a paired permutation test. */
export interface PermutationTest {
  /** Mean of a − b. */
  readonly difference: number;
  /** Two-sided p-value, never 0. */
  readonly p: number;
  /** True when every sign flip was tried. */
  readonly exact: boolean;
  /** Number of sign flips tried. */
  readonly permutations: number;
  /** The smallest p this many pairs can give: with 3 seeds 0.25, so no difference can be significant. */
  readonly smallestP: number;
}

/** Up to 2¹⁶ sign flips are enumerated; beyond that they are drawn. */
const EXACT_PAIRS = 16;

/**
 * Paired permutation test of equal means (Fisher 1935; sign-flip form): under the null hypothesis the
 * sign of each difference is a fair coin.
 *
 *     p = share of sign flips s with |mean(s · (a − b))| ≥ |mean(a − b)|
 *
 * Exact up to 16 pairs; above, 100,000 seeded draws with p = (hits + 1) / (draws + 1) (Phipson &
 * Smyth 2010).
 *
 * @param a one number per seed
 * @param b the other configuration, the same seeds in the same order
 * @param seed of the draws, where the test is not exact
 * @throws RangeError for lists of different length, empty lists, or values that are not finite
 * @example
 * ```ts
 * import { pairedPermutationTest } from '@scene-mtl/eval';
 * // Of the 8 sign flips only all and none reach the difference seen.
 * const { difference, p, smallestP } = pairedPermutationTest([5, 6, 7], [4, 4, 4]);
 * [difference, p, smallestP]; // → [2.00, 0.25, 0.25]
 * ```
 */
export function pairedPermutationTest(
  a: readonly number[],
  b: readonly number[],
  seed = 0,
): PermutationTest {
  checkFinite('pairedPermutationTest', a);
  checkFinite('pairedPermutationTest', b);
  if (a.length !== b.length) {
    throw new RangeError(
      `pairedPermutationTest: expected pairs, got ${a.length} and ${b.length} values; leave out seeds that one side lacks`,
    );
  }
  const d = a.map((x, i) => x - b[i]);
  const n = d.length;
  const observed = Math.abs(d.reduce((s, x) => s + x, 0));
  // Equal sums can differ by rounding, depending on the order of signs; they must count as equal.
  const slack = 1e-12 * d.reduce((s, x) => s + Math.abs(x), 0);
  const reaches = (flip: (i: number) => boolean) =>
    Math.abs(d.reduce((s, x, i) => s + (flip(i) ? -x : x), 0)) >= observed - slack;
  const exact = n <= EXACT_PAIRS;
  const permutations = exact ? 2 ** n : 100_000;
  const random = randomSource(seed);
  let hits = 0;
  for (let k = 0; k < permutations; k++) {
    if (reaches(exact ? (i) => ((k >> i) & 1) === 1 : () => random.below(2) === 1)) hits++;
  }
  return {
    difference: d.reduce((s, x) => s + x, 0) / n,
    p: exact ? hits / permutations : (hits + 1) / (permutations + 1),
    exact,
    permutations,
    smallestP: exact ? 2 / permutations : 1 / (permutations + 1),
  };
}
