/**
 * p of many tests, so raised that those up to a share are the ones that may be told, where of what is told at most
 * this share is to be wrong on average (the false discovery rate; Benjamini & Hochberg 1995, procedure (1)). With the p
 * in rising order p₁ ≤ … ≤ p_N
 *
 *     raised_k = min over j ≥ k of p_j · N / j
 *
 * Independent tests, and such as go the same way, may be told so. The least of them is the p of Simes' test (1986) that
 * any of the tests tells something.
 * @param ps of all tests that were made, those that showed nothing too; each in [0, 1]
 * @returns in the given order
 * @throws RangeError for a p that is not in [0, 1]
 * @example
 * ```ts
 * import { benjaminiHochberg } from '@scene-mtl/eval';
 * // Of four tests the third of the rising ones is held to 3/4 of 5 %: 0.04 is too much.
 * benjaminiHochberg([0.04, 0.001, 0.02, 0.9]).map((p) => p.toFixed(3)); // → ['0.053', '0.004', '0.040', '0.900']
 * ```
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  for (const [i, p] of ps.entries()) {
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`benjaminiHochberg: p ${i}: expected a number in [0, 1], got ${p}`);
    }
  }
  const rising = [...ps.keys()].sort((a, b) => ps[a] - ps[b]);
  const raised = new Array<number>(ps.length);
  let least = 1;
  for (let k = ps.length; k > 0; k--) {
    const i = rising[k - 1];
    least = Math.min(least, (ps[i] * ps.length) / k);
    raised[i] = least;
  }
  return raised;
}
