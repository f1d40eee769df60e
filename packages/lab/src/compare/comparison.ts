import { formatNumber } from '@scene-mtl/eval';
import { ENOUGH_SEEDS } from '../specs/arms.ts';
import type { RunSummary } from '../specs/summary.ts';
import { paired } from './paired.ts';
import type { Quantity } from './quantity.ts';
import { notRun, type Claim, type Judgement, type Verdict } from './verdict.ts';

const text = (value: number, { digits, unit }: Quantity): string =>
  `${value.toFixed(digits)} ${unit}`;

/** What some runs did against others in one quantity. */
export interface Comparison {
  readonly task: string;
  readonly n: number;
  /** Whole interval better, whole interval worse, or neither. */
  readonly outcome: 'better' | 'worse' | 'open';
  readonly evidence: string;
}

/** Runs against others, in some quantities, over the seeds that both have. */
export function compare(
  ours: readonly RunSummary[],
  theirs: readonly RunSummary[],
  quantities: readonly Quantity[],
): Comparison[] {
  return quantities.flatMap((quantity) => {
    const { task, metric, better } = quantity;
    const result = paired(ours, theirs, metric);
    if (!result) return [];
    const { n, a, b } = result;
    const sign = better === 'higher' ? 1 : -1;
    const [low, high] = result.interval.map((edge) => sign * edge).sort((x, y) => x - y);
    const outcome = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
    const edges = result.interval.map((edge) => formatNumber(edge, 3)).join(' … ');
    const spread = n > 1 ? `, 95 % interval ${edges}, ${n} seeds` : ', 1 seed';
    const difference = formatNumber(result.difference, 3);
    return [
      {
        task,
        n,
        outcome,
        evidence: `${task} ${text(a, quantity)} against ${text(b, quantity)} (difference ${difference}${spread})`,
      },
    ];
  });
}

/**
 * The verdict on a claim that runs are better than others, in every comparison. Any worse: not
 * reproduced; all better and none missing: reproduced; else, or with too few seeds: cannot tell.
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
  return {
    ...claim,
    judgement: judgementOf(comparisons, missing.length === 0),
    evidence: [...comparisons.map(({ evidence }) => evidence), ...lacking].join('; '),
  };
}

function judgementOf(comparisons: readonly Comparison[], complete: boolean): Judgement {
  if (comparisons.some(({ n }) => n < ENOUGH_SEEDS)) return 'cannot tell';
  // One that is worse refutes, whatever the missing ones would show.
  if (comparisons.some(({ outcome }) => outcome === 'worse')) return 'not reproduced';
  const all = complete && comparisons.every(({ outcome }) => outcome === 'better');
  return all ? 'reproduced' : 'cannot tell';
}
