import {
  compare,
  ENOUGH_SEEDS,
  holdsAmong,
  notRun,
  type Claim,
  type ComparedArm,
  type Comparison,
  type Quantity,
  type Verdict,
} from '@scene-mtl/lab';
import { learnedIn, listed, type Degreed } from './degrees.ts';

/** An architecture and its runs. */
export interface Compared extends Degreed {
  readonly arm: ComparedArm;
}

/**
 * Whether architectures that learn what to share beat hard sharing: one that is better in a quantity and worse in none
 * counts for it. Of so many comparisons some are found by chance, so 5 % are shared out among all of them.
 * @param found hard sharing first
 */
export function learnedOutperform(
  found: readonly Compared[],
  quantities: readonly Quantity[],
): Verdict {
  const claim: Claim = {
    claim: 'Networks that learn what to share generally outperform hard sharing',
    source: 'Ruder 2017, section 8',
  };
  const [hard, ...others] = found;
  const learned = learnedIn(others);
  const tests = learned.length * quantities.length;
  const made = learned.map((one) => ({
    one,
    outcomes: compare(one.arm.runs, hard.arm.runs, quantities),
  }));
  const seeds = Math.min(...made.flatMap(({ outcomes }) => outcomes.map(({ n }) => n)));
  if (!Number.isFinite(seeds)) return notRun(claim);
  const having = (wanted: Comparison['outcome']) =>
    made.filter(({ outcomes }) =>
      outcomes.some((one) => one.outcome === wanted && holdsAmong(one, tests)),
    );
  const worse = having('worse');
  const better = having('better').filter((one) => !worse.includes(one));
  const same = made.filter(({ outcomes }) =>
    outcomes.every((one) => one.outcome === 'same' && holdsAmong(one, tests)),
  );
  const open = made.filter((one) => ![...worse, ...better, ...same].includes(one));
  const half = made.length / 2;
  const settled =
    better.length > half
      ? 'reproduced'
      : better.length + open.length > half
        ? 'cannot tell'
        : 'not reproduced';
  const names = (of: typeof made) => listed(of.map(({ one }) => one));
  return {
    ...claim,
    judgement: seeds < ENOUGH_SEEDS ? 'cannot tell' : settled,
    evidence: [
      `${better.length} of ${made.length} better in some task and worse in none with equal steps (t tests over ${seeds} seed${seeds === 1 ? '' : 's'}, at 5 % for all comparisons together)`,
      `better: ${names(better)}`,
      `worse in some task: ${names(worse)}`,
      `open: ${names(open)}`,
    ].join('; '),
  };
}
