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
 * Does the learned point lie beyond the front of the grid? It does where it is better than the best fixed weighting of
 * either task, by intervals over the seeds that both have. Which weighting is best for a task is chosen, for each seed,
 * by the mean of the other seeds: chosen by what is then compared, the luckiest of many would be taken for the best.
 */
export function figure2Verdict(
  grid: WeightGrid,
  lines: readonly GridLine[],
  learned: readonly SceneSummary[],
  how: string,
): Verdict {
  const inner = lines.filter(({ weight }) => weight > 0 && weight < 1);
  const made = inner.filter(({ summaries }) => summaries.length > 0);
  const comparisons = grid.pair.flatMap((task) => {
    const chosen = learned.flatMap(({ spec }) => bestFixed(made, task, spec.seed));
    const runs = chosen.map(({ run }) => run);
    return compare(learned, runs, primaryQuantities([task])).map((comparison) => ({
      ...comparison,
      evidence: `${comparison.evidence}, best fixed${chosen.length > 1 ? ' by the other seeds' : ''}: ${placesText(chosen)}`,
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

interface Chosen {
  readonly line: GridLine;
  readonly run: SceneSummary;
}

/** The run of a seed with the weighting that is best for a task with the other seeds; with this one, where there is no other. */
function bestFixed(lines: readonly GridLine[], task: string, seed: number): Chosen[] {
  const found = lines.flatMap((line) => {
    const run = line.summaries.find(({ spec }) => spec.seed === seed);
    if (!run) return [];
    const others = line.summaries.filter((one) => one !== run);
    return [{ line, run, score: score(others.length > 0 ? others : [run], task) }];
  });
  return found.length > 0 ? [found.reduce((a, b) => (b.score > a.score ? b : a))] : [];
}

/** `weight 0.3, rate 0.1`; where seeds have several, each with the number of its seeds. */
function placesText(chosen: readonly Chosen[]): string {
  const places = new Map<string, number>();
  for (const { line } of chosen) {
    const place = `weight ${line.weight}, rate ${line.rate}`;
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  const parts = [...places];
  return parts
    .map(([place, seeds]) => (parts.length > 1 ? `${place} (${seeds} of ${chosen.length})` : place))
    .join(' and ');
}

/** Mean of a task's primary metric, turned so that larger is better. */
const score = (summaries: readonly SceneSummary[], task: string): number => {
  const values = metricOf(summaries, primaryOfTask(task).metric);
  return (betterSign(task) * values.reduce((a, b) => a + b, 0)) / values.length;
};
