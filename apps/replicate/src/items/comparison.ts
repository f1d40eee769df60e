import { formatNumber } from '@scene-mtl/eval';
import type { Judgement } from '../experiment/item.ts';
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

/** All better: reproduced; any worse: not; anything open, or too few seeds: cannot tell. */
export function judge(comparisons: readonly Comparison[]): Judgement {
  if (comparisons.length === 0 || comparisons.some(({ n }) => n < ENOUGH_SEEDS))
    return 'cannot tell';
  if (comparisons.some(({ outcome }) => outcome === 'worse')) return 'not reproduced';
  return comparisons.every(({ outcome }) => outcome === 'better') ? 'reproduced' : 'cannot tell';
}

/** The numbers of the comparisons, in words. */
export const evidenceOf = (comparisons: readonly Comparison[]): string =>
  comparisons.length === 0 ? 'not run' : comparisons.map(({ evidence }) => evidence).join('; ');
