import { compare, judge, metricOf, type Verdict } from '@scene-mtl/lab';
import type { SceneSummary } from '../../../scenes/kind.ts';
import { betterSign, primaryOfTask, primaryQuantities } from '../../../scenes/quantities.ts';
import type { WeightGrid } from './published.ts';

/** One line of a grid with its finished runs. */
export interface GridLine {
  readonly weight: number;
  readonly rate: number;
  readonly published: Readonly<Partial<Record<string, number>>>;
  readonly summaries: readonly SceneSummary[];
}

/**
 * Does the learned point lie beyond the front of the grid? It does where it is better than the best
 * fixed weighting of either task, by intervals over the seeds that both have.
 */
export function figure2Verdict(
  grid: WeightGrid,
  lines: readonly GridLine[],
  learned: readonly SceneSummary[],
  how: string,
): Verdict {
  const inner = lines.filter(({ weight }) => weight > 0 && weight < 1);
  const made = inner.filter(({ summaries }) => summaries.length > 0);
  const comparisons = (made.length === 0 ? [] : grid.pair).flatMap((task) => {
    const best = made.reduce((a, b) =>
      score(b.summaries, task) > score(a.summaries, task) ? b : a,
    );
    const where = `best fixed: weight ${best.weight}, rate ${best.rate}`;
    return compare(learned, best.summaries, primaryQuantities([task])).map((comparison) => ({
      ...comparison,
      evidence: `${comparison.evidence}, ${where}`,
    }));
  });
  const missing = inner.length - made.length;
  return judge(
    {
      claim: `${grid.pair.join(' and ')}: learned weights, ${how}, beat every fixed weighting of the grid in both tasks`,
      source: 'section 5.1, figure 2',
    },
    comparisons,
    missing > 0 ? [`${missing} of ${inner.length} fixed weightings`] : [],
  );
}

/** Mean of a task's primary metric, turned so that larger is better. */
const score = (summaries: readonly SceneSummary[], task: string): number => {
  const values = metricOf(summaries, primaryOfTask(task).metric);
  return (betterSign(task) * values.reduce((a, b) => a + b, 0)) / values.length;
};
