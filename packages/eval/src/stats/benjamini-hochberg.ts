/**
 * Which of many tests stand, where of those that do at most a given share is to be wrong on average (the false
 * discovery rate; Benjamini & Hochberg 1995, procedure (1)). With the p in rising order p₁ ≤ … ≤ p_N, those up to the
 * last k stand for which
 *
 *     p_k ≤ (k / N) · share
 *
 * It holds for independent tests, and for such as go the same way.
 * @param ps of all tests that were made, those that showed nothing too; each in [0, 1]
 * @returns by test, in the given order
 * @throws RangeError for a p that is not in [0, 1]
 * @example
 * ```ts
 * import { benjaminiHochberg } from '@scene-mtl/eval';
 * // Of four tests the third must have 3.75 % or less: alone, 4 % would do.
 * benjaminiHochberg([0.04, 0.001, 0.02, 0.9]); // → [false, true, true, false]
 * ```
 */
export function benjaminiHochberg(ps: readonly number[], share = 0.05): boolean[] {
  for (const [i, p] of ps.entries()) {
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`benjaminiHochberg: p ${i}: expected a number in [0, 1], got ${p}`);
    }
  }
  const rising = [...ps].sort((a, b) => a - b);
  const last = rising.findLast((p, k) => p <= ((k + 1) / ps.length) * share);
  return ps.map((p) => last !== undefined && p <= last);
}
