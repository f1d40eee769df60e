import { formatNumber, MOST_SEEDS } from '@scene-mtl/eval';
import { ENOUGH_SEEDS } from '../specs/arms.ts';
import type { RunSummary } from '../specs/summary.ts';
import { paired, type Paired } from './paired.ts';
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
  readonly evidence: string;
}

/**
 * Runs against others, in some quantities, over the seeds that both have.
 * @param tests of how many tests each is one; see `settle`
 */
export function compare(
  ours: readonly RunSummary[],
  theirs: readonly RunSummary[],
  quantities: readonly Quantity[],
  tests = 1,
): Comparison[] {
  return quantities.flatMap((quantity) => {
    const result = paired(ours, theirs, quantity, tests);
    if (!result) return [];
    const { task } = quantity;
    const { n, a, b, interval, delta } = result;
    const edges = interval.map((edge) => formatNumber(edge, 3)).join(' … ');
    const spread = n > 1 ? `, 95 % interval ${edges}, ${n} seeds` : ', 1 seed';
    const difference = formatNumber(result.difference, 3);
    const outcome = outcomeFor(result, quantity.better);
    // Three places, as the difference beside it.
    const told = toldOf(result, outcome, `${formatNumber(delta, 3)} ${quantity.unit}`.trimEnd());
    return [
      {
        ...{ task, n, outcome },
        evidence: `${task} ${text(a, quantity)} against ${text(b, quantity)} (difference ${difference}${spread}${told})`,
      },
    ];
  });
}

function outcomeFor({ outcome }: Paired, better: Quantity['better']): Comparison['outcome'] {
  if (outcome === 'open') return 'open';
  if (outcome === 'within') return 'same';
  return (outcome === 'above') === (better === 'higher') ? 'better' : 'worse';
}

/** What is to be said of a comparison that is not decided either way. */
function toldOf(
  { n, seedsToSettle }: Paired,
  outcome: Comparison['outcome'],
  delta: string,
): string {
  if (outcome === 'same') return `; no difference larger than ${delta}`;
  if (outcome !== 'open' || n < 2) return '';
  const seeds = seedsToSettle === undefined ? `more than ${MOST_SEEDS}` : `about ${seedsToSettle}`;
  return `; ${seeds} seeds would tell it from 0 or from ${delta}`;
}

/**
 * The verdict on a claim that runs are better than others, in every comparison, by intervals and by what would matter
 * (`settle`, `smallestEffect`). All better and none missing: reproduced; no difference that would matter in any and
 * none missing: no difference larger than δ; any worse, or one with no difference that would matter: not reproduced,
 * since it was to be better in all, whatever those would show that are open or missing; else, or with too few seeds:
 * cannot tell.
 * @param missing comparisons that the claim is about too, whose runs are not there
 * @example
 * ```ts
 * import { judge } from '@scene-mtl/lab';
 * const claim = { claim: 'Learned weights beat equal ones', source: 'Table 1' };
 * const evidence = 'left 45.0 % against 31.0 %';
 * judge(claim, [{ task: 'left', n: 3, outcome: 'better', evidence }]).judgement; // → 'reproduced'
 * // One seed shows nothing.
 * judge(claim, [{ task: 'left', n: 1, outcome: 'better', evidence }]).judgement; // → 'cannot tell'
 * ```
 */
export function judge(
  claim: Claim,
  comparisons: readonly Comparison[],
  missing: readonly string[] = [],
): Verdict {
  if (comparisons.length === 0) return notRun(claim);
  const lacking = missing.length > 0 ? [`not run: ${missing.join(', ')}`] : [];
  const judgement = judgementOf(comparisons, missing.length === 0);
  // What stands first is read as the reason.
  const told =
    judgement === 'not reproduced'
      ? [...comparisons].sort((a, b) => Number(refutes(b)) - Number(refutes(a)))
      : comparisons;
  return {
    ...{ ...claim, judgement },
    evidence: [...told.map(({ evidence }) => evidence), ...lacking].join('; '),
  };
}

const refutes = ({ outcome }: Comparison): boolean => outcome === 'worse' || outcome === 'same';

function judgementOf(comparisons: readonly Comparison[], complete: boolean): Judgement {
  if (comparisons.some(({ n }) => n < ENOUGH_SEEDS)) return 'cannot tell';
  const is = (outcome: Comparison['outcome']) => (one: Comparison) => one.outcome === outcome;
  if (complete && comparisons.every(is('better'))) return 'reproduced';
  if (complete && comparisons.every(is('same'))) return 'no difference larger than δ';
  return comparisons.some(refutes) ? 'not reproduced' : 'cannot tell';
}
