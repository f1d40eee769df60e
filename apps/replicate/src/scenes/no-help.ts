import {
  ENOUGH_SEEDS,
  notRun,
  type Claim,
  type Comparison,
  type Judgement,
  type Verdict,
} from '@scene-mtl/lab';

/**
 * The verdict on a control, which must help nowhere: reproduced where everything is worse, or better by nothing that
 * would matter; not reproduced where anything is better.
 * @param found the control against what it must not beat
 * @param expected how many comparisons the claim is about
 */
export function noHelp(claim: Claim, found: readonly Comparison[], expected: number): Verdict {
  if (found.length === 0) return notRun(claim);
  const evidence = found.map((one) => one.evidence).join('; ');
  return { ...claim, judgement: judgementOf(found, expected), evidence };
}

function judgementOf(found: readonly Comparison[], expected: number): Judgement {
  if (found.some(({ n }) => n < ENOUGH_SEEDS)) return 'cannot tell';
  if (found.some(({ outcome }) => outcome === 'better')) return 'not reproduced';
  const isOpen = found.length < expected || found.some(({ outcome }) => outcome === 'open');
  return isOpen ? 'cannot tell' : 'reproduced';
}
