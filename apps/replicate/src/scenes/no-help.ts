import {
  ENOUGH_SEEDS,
  holdsAmong,
  notRun,
  ofAny,
  type Claim,
  type Comparison,
  type Judgement,
  type Verdict,
} from '@scene-mtl/lab';

/**
 * The verdict on a control, which must help nowhere: reproduced where everything is worse, or better by nothing that
 * would matter; not reproduced where anything is better, so certain that one of all of them.
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
  const isOpen = found.length < expected || found.some(({ outcome }) => outcome === 'open');
  if (isOpen || helping.length > 0) return open;
  return { judgement: 'reproduced', p: Math.max(...found.map(({ p }) => p)) };
}
