import type { Judgement } from '../experiment/item.ts';
import { metricOf } from '../experiment/over-seeds.ts';
import type { TaskName } from '../paper/table1.ts';
import { primaryMetric } from '../train/metrics.ts';
import { paired, type RowRecords } from './paired-table.ts';

/** Fewest seeds from which a comparison is judged. */
const ENOUGH = 3;

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;

/** +1 where a larger value is better. */
const sign = (task: TaskName): number => (task === 'semantic' ? 1 : -1);

const text = (value: number, task: TaskName): string =>
  task === 'semantic' ? `${value.toFixed(1)} %` : `${value.toFixed(3)} px`;

/** What one row did against another in one task. */
export interface Comparison {
  readonly task: TaskName;
  readonly n: number;
  /** Whole interval better, whole interval worse, or neither. */
  readonly outcome: 'better' | 'worse' | 'open';
  readonly evidence: string;
}

/** A row against another, in each task of the other, over the seeds that both have. */
export function compare(row: RowRecords, other: RowRecords): Comparison[] {
  return other.row.tasks.flatMap((task) => {
    const result = paired(row, other, task);
    if (!result) return [];
    const [low, high] = result.interval.map((edge) => sign(task) * edge).sort((a, b) => a - b);
    const outcome = low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
    const [ours, theirs] = [row, other].map(({ records }) =>
      mean(metricOf(records, primaryMetric[task])),
    );
    const evidence = `${task} ${text(ours, task)} against ${text(theirs, task)} (${result.n} seed${result.n > 1 ? 's' : ''}, 95 % interval of the difference ${result.interval.map((edge) => edge.toFixed(3)).join(' … ')})`;
    return [{ task, n: result.n, outcome, evidence }];
  });
}

/** All better: reproduced; any worse: not; anything open, or too few seeds: cannot tell. */
export function judge(comparisons: readonly Comparison[]): Judgement {
  if (comparisons.length === 0 || comparisons.some(({ n }) => n < ENOUGH)) return 'cannot tell';
  if (comparisons.some(({ outcome }) => outcome === 'worse')) return 'not reproduced';
  return comparisons.every(({ outcome }) => outcome === 'better') ? 'reproduced' : 'cannot tell';
}

/** The numbers of the comparisons, in words. */
export const evidenceOf = (comparisons: readonly Comparison[]): string =>
  comparisons.length === 0 ? 'not run' : comparisons.map(({ evidence }) => evidence).join('; ');
