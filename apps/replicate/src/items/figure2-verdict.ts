import type { Verdict } from '../experiment/item.ts';
import { metricOf } from '../experiment/over-seeds.ts';
import type { RunRecord } from '../experiment/record.ts';
import type { WeightGrid } from '../paper/figure2.ts';
import type { TaskName } from '../paper/table1.ts';
import { betterSign, primaryMetric } from '../train/metrics.ts';
import { compare, judge } from './comparison.ts';
import { paired } from './paired.ts';

/** One line of a grid with its finished runs. */
export interface GridLine {
  readonly weight: number;
  readonly rate: number;
  readonly published: Readonly<Partial<Record<TaskName, number>>>;
  readonly records: readonly RunRecord[];
}

/**
 * Does the learned point lie beyond the front of the grid? It does where it is better than the best
 * fixed weighting of either task, by intervals over the seeds that both have.
 */
export function figure2Verdict(
  grid: WeightGrid,
  lines: readonly GridLine[],
  learned: readonly RunRecord[],
  how: string,
): Verdict {
  const inner = lines.filter(
    ({ weight, records }) => weight > 0 && weight < 1 && records.length > 0,
  );
  const against = learned.length === 0 || inner.length === 0 ? [] : grid.pair;
  const comparisons = against.map((task) => {
    const best = inner.reduce((a, b) => (score(b.records, task) > score(a.records, task) ? b : a));
    const [comparison] = compare(learned, best.records, [task]);
    return (
      comparison && { ...comparison, where: `best fixed: weight ${best.weight}, rate ${best.rate}` }
    );
  });
  const known = comparisons.filter((comparison) => comparison !== undefined);
  const rival = inner.find(({ records }) =>
    against.every((task) => {
      const result = paired(learned, records, task);
      return result !== undefined && betterSign[task] * result.difference < 0;
    }),
  );
  const evidence = known
    .map((comparison) => `${comparison.evidence}, ${comparison.where}`)
    .join('; ');
  const both = `; weight ${rival?.weight} at rate ${rival?.rate} is better in both`;
  return {
    claim: `${grid.pair.join(' and ')}: learned weights, ${how}, beat every fixed weighting of the grid in both tasks`,
    source: 'section 5.1, figure 2',
    judgement: known.length === grid.pair.length ? judge(known) : 'cannot tell',
    evidence: known.length === 0 ? 'not run' : evidence + (rival ? both : ''),
  };
}

/** Mean of a task's primary metric, turned so that larger is better. */
const score = (records: readonly RunRecord[], task: TaskName): number => {
  const values = metricOf(records, primaryMetric[task]);
  return (betterSign[task] * values.reduce((a, b) => a + b, 0)) / values.length;
};
