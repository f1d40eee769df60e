import {
  ENOUGH_SEEDS,
  holdsAmong,
  isCertain,
  notRun,
  ofAny,
  type Claim,
  type Comparison,
  type Judgement,
  type Verdict,
} from '@scene-mtl/lab';

/**
 * The verdict on a control, which must help nowhere: reproduced where nothing is better by what would matter, for
 * certain; not reproduced where anything is better, so certain that one of all of them.
 * @param found the control against what it must not beat
 * @param expected how many comparisons the claim is about
 */
export function noHelp(claim: Claim, found: readonly Comparison[], expected: number): Verdict {
  if (found.length === 0) return notRun(claim);
  const evidence = found.map((one) => one.evidence).join('; ');
  return { ...claim, ...judgementOf(found, expected), evidence };
}

function judgementOf(
  found: readonly Comparison[],
  expected: number,
): { judgement: Judgement; p: number } {
  const open = { judgement: 'cannot tell', p: 1 } as const;
  if (found.some(({ n }) => n < ENOUGH_SEEDS)) return open;
  const helping = found.filter(({ outcome }) => outcome === 'better');
  if (helping.some((one) => holdsAmong(one, expected))) {
    const p = ofAny(Math.min(...helping.map((one) => one.p)), expected);
    return { judgement: 'not reproduced', p };
  }
  const p = Math.max(...found.map(({ noBetter }) => noBetter));
  return found.length >= expected && isCertain(p) ? { judgement: 'reproduced', p } : open;
}
