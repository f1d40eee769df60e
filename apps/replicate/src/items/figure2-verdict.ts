import { bootstrapInterval } from '@scene-mtl/eval';
import type { Verdict } from '../experiment/item.ts';
import { metricOf } from '../experiment/over-seeds.ts';
import type { RunRecord } from '../experiment/record.ts';
import type { WeightGrid } from '../paper/figure2.ts';
import type { TaskName } from '../paper/table1.ts';
import { primaryMetric } from '../train/metrics.ts';

/** One line of a grid with its finished runs. */
export interface GridLine {
  readonly weight: number;
  readonly rate: number;
  readonly published: Readonly<Partial<Record<TaskName, number>>>;
  readonly records: readonly RunRecord[];
}

/** Fewest seeds from which a comparison is judged. */
const ENOUGH = 3;

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
const sign = (task: TaskName): number => (task === 'semantic' ? 1 : -1);

/**
 * Does the learned point lie beyond the front of the grid? It does where no fixed weighting is at
 * least as good in both tasks, and it is better than the best fixed weighting of either task; it lies
 * behind where some fixed weighting is better in both. With intervals: the difference in each task
 * has to keep its sign over the bootstrap interval of paired seeds.
 */
export function figure2Verdict(
  grid: WeightGrid,
  lines: readonly GridLine[],
  learned: readonly RunRecord[],
  how: string,
): Verdict {
  const claim = `${grid.pair.join(' and ')}: learned weights, ${how}, beat every fixed weighting of the grid in both tasks`;
  const base = { claim, source: 'section 5.1, figure 2' };
  const both = lines.filter(
    ({ weight, records }) => weight > 0 && weight < 1 && records.length > 0,
  );
  if (learned.length === 0 || both.length === 0) {
    return { ...base, judgement: 'cannot tell', evidence: 'not run' };
  }
  const perTask = grid.pair.map((task) => {
    const best = both.reduce((a, b) => (score(b.records, task) > score(a.records, task) ? b : a));
    return { task, best, difference: differences(learned, best.records, task) };
  });
  const rival = both.find(({ records }) =>
    grid.pair.every((task) => score(records, task) > score(learned, task)),
  );
  const evidence =
    perTask
      .map(({ task, best, difference }) => {
        const [own, theirs] = [learned, best.records].map((records) =>
          mean(metricOf(records, primaryMetric[task])),
        );
        const [low, high] = bootstrapInterval(difference);
        return `${task}: ${own.toFixed(3)} learned, ${theirs.toFixed(3)} best fixed (weight ${best.weight}, rate ${best.rate}); gain ${mean(difference).toFixed(3)}, 95 % interval ${low.toFixed(3)} … ${high.toFixed(3)}, ${difference.length} seed${difference.length > 1 ? 's' : ''}`;
      })
      .join('; ') +
    (rival ? `; weight ${rival.weight} at rate ${rival.rate} is better in both` : '');
  const intervals = perTask.map(({ difference }) => bootstrapInterval(difference));
  const enough = perTask.every(({ difference }) => difference.length >= ENOUGH);
  const judgement = !enough
    ? 'cannot tell'
    : intervals.every(([low]) => low > 0)
      ? 'reproduced'
      : intervals.some(([, high]) => high < 0)
        ? 'not reproduced'
        : 'cannot tell';
  return { ...base, judgement, evidence };
}

/** Mean of a task's primary metric, turned so that larger is better. */
const score = (records: readonly RunRecord[], task: TaskName): number =>
  sign(task) * mean(metricOf(records, primaryMetric[task]));

/** Gain of the learned run over another, seed by seed; larger is better. */
function differences(
  learned: readonly RunRecord[],
  other: readonly RunRecord[],
  task: TaskName,
): number[] {
  return learned.flatMap((record) => {
    const same = other.filter(({ spec }) => spec.seed === record.spec.seed);
    const [a, b] = [[record], same].map((records) => metricOf(records, primaryMetric[task]));
    return a.length > 0 && b.length > 0 ? [sign(task) * (a[0] - b[0])] : [];
  });
}
