import { formatNumber } from '@scene-mtl/eval';
import { notRun, type Claim, type Judgement, type Verdict } from '../experiment/item.ts';
import { ENOUGH_SEEDS } from '../experiment/over-seeds.ts';
import type { RunRecord } from '../experiment/record.ts';
import type { TaskName } from '../paper/table1.ts';
import { betterSign } from '../train/metrics.ts';
import { paired } from './paired.ts';

const text = (value: number, task: TaskName): string =>
  task === 'semantic' ? `${value.toFixed(1)} %` : `${value.toFixed(3)} px`;

/** What some runs did against others in one task. */
export interface Comparison {
  readonly task: TaskName;
  readonly n: number;
  /** Whole interval better, whole interval worse, or neither. */
  readonly outcome: 'better' | 'worse' | 'open';
  readonly evidence: string;
}

/** Runs against others, in some tasks, over the seeds that both have. */
export function compare(
  ours: readonly RunRecord[],
  theirs: readonly RunRecord[],
  tasks: readonly TaskName[],
): Comparison[] {
  return tasks.flatMap((task) => {
    const result = paired(ours, theirs, task);
    if (!result) return [];
    const { n, a, b } = result;
    const [low, high] = result.interval
      .map((edge) => betterSign[task] * edge)
      .sort((x, y) => x - y);
    const outcome = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
    const edges = result.interval.map((edge) => formatNumber(edge, 3)).join(' … ');
    const spread = n > 1 ? `, 95 % interval ${edges}, ${n} seeds` : ', 1 seed';
    const difference = formatNumber(result.difference, 3);
    return [
      {
        task,
        n,
        outcome,
        evidence: `${task} ${text(a, task)} against ${text(b, task)} (difference ${difference}${spread})`,
      },
    ];
  });
}

/**
 * The verdict on a claim that runs are better than others, in every comparison. Any worse: not
 * reproduced; all better and none missing: reproduced; else, or with too few seeds: cannot tell.
 * @param missing comparisons that the claim is about too, whose runs are not there
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
