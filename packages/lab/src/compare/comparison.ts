import { formatNumber, MOST_SEEDS, type Settled } from '@scene-mtl/eval';
import { ENOUGH_SEEDS } from '../specs/arms.ts';
import type { RunSummary } from '../specs/summary.ts';
import { paired } from './paired.ts';
import type { Quantity } from './quantity.ts';
import { notRun, type Claim, type Judgement, type Verdict } from './verdict.ts';

const text = (value: number, { digits, unit }: Quantity): string =>
  `${value.toFixed(digits)} ${unit}`.trimEnd();

/** What some runs did against others in one quantity. */
export interface Comparison {
  readonly task: string;
  readonly n: number;
  /** Better or worse for certain, no difference that would matter for certain, or none of these. */
  readonly outcome: 'better' | 'worse' | 'same' | 'open';
  /** Of the t test behind the outcome; see `Settled`. */
  readonly p: number;
  /** p of being no better by what would matter, and no worse, one-sided. */
  readonly noBetter: number;
  readonly noWorse: number;
  readonly evidence: string;
}

/** Of what is not so, one in twenty is said all the same. */
export const isCertain = (p: number): boolean => p <= 0.05;

/**
 * p of a statement that any of several tests would make, by Bonferroni: what rests on all of them needs no such share,
 * since its p is the largest of theirs.
 */
export const ofAny = (p: number, tests: number): number => Math.min(1, p * tests);

/** Whether an outcome still holds where any of so many would have been told. */
export const holdsAmong = ({ outcome, p }: Comparison, tests: number): boolean =>
  outcome !== 'open' && isCertain(ofAny(p, tests));

/** Runs against others, in some quantities, over the seeds that both have. */
export function compare(
  ours: readonly RunSummary[],
  theirs: readonly RunSummary[],
  quantities: readonly Quantity[],
): Comparison[] {
  return quantities.flatMap((quantity) => {
    const result = paired(ours, theirs, quantity);
    if (!result) return [];
    const { task } = quantity;
    const { n, a, b, interval, delta } = result;
    const edges = interval.map((edge) => formatNumber(edge, 3)).join(' … ');
    const spread = n > 1 ? `, 95 % interval ${edges}, ${n} seeds` : ', 1 seed';
    const difference = formatNumber(result.difference, 3);
    const { noMore, noLess } = result.settled;
    const [noBetter, noWorse] = quantity.better === 'higher' ? [noMore, noLess] : [noLess, noMore];
    const outcome = outcomeFor(result.settled, quantity.better);
    const found = { task, n, outcome, p: result.settled.p, noBetter, noWorse };
    // Three places, as the difference beside it.
    const matters = `${formatNumber(delta, 3)} ${quantity.unit}`.trimEnd();
    const told = toldOf(found, result.settled.seedsToSettle, matters);
    return [
      {
        ...found,
        evidence: `${task} ${text(a, quantity)} against ${text(b, quantity)} (difference ${difference}${spread}${told})`,
      },
    ];
  });
}

function outcomeFor({ outcome }: Settled, better: Quantity['better']): Comparison['outcome'] {
  if (outcome === 'open') return 'open';
  if (outcome === 'within') return 'same';
  return (outcome === 'above') === (better === 'higher') ? 'better' : 'worse';
}

/** What is to be said of a comparison that is not decided: what it is not, and how many seeds would decide it. */
function toldOf(
  { n, outcome, noBetter, noWorse }: Omit<Comparison, 'evidence'>,
  seedsToSettle: number | undefined,
  delta: string,
): string {
  if (outcome === 'same') return `; no difference larger than ${delta}`;
  if (outcome !== 'open' || n < 2) return '';
  const isNot = isCertain(noBetter) ? `no better by ${delta}, ` : '';
  const nor = isCertain(noWorse) ? `no worse by ${delta}, ` : '';
  const seeds = seedsToSettle === undefined ? `more than ${MOST_SEEDS}` : `about ${seedsToSettle}`;
  return `; ${isNot}${nor}${seeds} seeds would tell it from 0 or from ${delta}`;
}

/**
 * The verdict on a claim that runs are better than others, in every comparison, by intervals and by what would matter
 * (`settle`, `smallestEffect`). All better and none missing: reproduced; no difference that would matter in any and
 * none missing: no difference larger than δ. No better by what would matter in any of them: not reproduced, since it
 * was to be better in all, whatever those would show that are open or missing; as any of them would do, it must be so
 * certain that one of all of them (`ofAny`). Else, or with too few seeds: cannot tell.
 * @param missing comparisons that the claim is about too, whose runs are not there
 * @example
 * ```ts
 * import { judge } from '@scene-mtl/lab';
 * const claim = { claim: 'Learned weights beat equal ones', source: 'Table 1' };
 * const certain = { outcome: 'better', p: 0.01, noBetter: 0.99, noWorse: 0.001 } as const;
 * const left = { task: 'left', n: 3, ...certain, evidence: '45.0 % against 31.0 %' };
 * judge(claim, [left]).judgement; // → 'reproduced'
 * // One seed shows nothing.
 * judge(claim, [{ ...left, n: 1 }]).judgement; // → 'cannot tell'
 * // One of two no better, with p 0.03: by chance one of two is so in 6 of 100 cases.
 * judge(claim, [left, { ...left, outcome: 'open', noBetter: 0.03 }]).judgement; // → 'cannot tell'
 * judge(claim, [left, { ...left, outcome: 'open', noBetter: 0.02 }]).judgement; // → 'not reproduced'
 * ```
 */
export function judge(
  claim: Claim,
  comparisons: readonly Comparison[],
  missing: readonly string[] = [],
): Verdict {
  if (comparisons.length === 0) return notRun(claim);
  const lacking = missing.length > 0 ? [`not run: ${missing.join(', ')}`] : [];
  const { judgement, p } = judgementOf(comparisons, missing.length);
  // What stands first is read as the reason.
  const told = [...comparisons].sort((a, b) =>
    judgement === 'not reproduced'
      ? a.noBetter - b.noBetter
      : judgement === 'cannot tell'
        ? Number(b.outcome === 'open') - Number(a.outcome === 'open')
        : 0,
  );
  return {
    ...{ ...claim, judgement, p },
    evidence: [...told.map(({ evidence }) => evidence), ...lacking].join('; '),
  };
}

function judgementOf(
  comparisons: readonly Comparison[],
  missing: number,
): { judgement: Judgement; p: number } {
  const open = { judgement: 'cannot tell', p: 1 } as const;
  if (comparisons.some(({ n }) => n < ENOUGH_SEEDS)) return open;
  const is = (outcome: Comparison['outcome']) => (one: Comparison) => one.outcome === outcome;
  const all = Math.max(...comparisons.map(({ p }) => p));
  if (missing === 0 && comparisons.every(is('better'))) return { judgement: 'reproduced', p: all };
  if (missing === 0 && comparisons.every(is('same'))) {
    return { judgement: 'no difference larger than δ', p: all };
  }
  const least = Math.min(...comparisons.map(({ noBetter }) => noBetter));
  const p = ofAny(least, comparisons.length + missing);
  return isCertain(p) ? { judgement: 'not reproduced', p } : open;
}
