import { bandOverSeeds, lineChart, seriesColours } from '@scene-mtl/eval';
import type { RunSummary } from '../specs/summary.ts';
import type { Figure } from './artefacts.ts';

/** A logged quantity of several sets of runs. */
export interface SeriesChart {
  readonly title: string;
  /** Label of the value axis, with its unit. */
  readonly label: string;
  /** Name of the series in the runs, e.g. `loss/<task>`. */
  readonly key: string;
  /** One line per entry, its seeds as a band; those without the series are left out. */
  readonly lines: readonly { readonly name: string; readonly runs: readonly RunSummary[] }[];
  readonly log?: boolean;
}

/** The chart over training steps, or undefined where no run has logged the quantity. */
export function seriesChart(chart: SeriesChart): Omit<Figure, 'name'> | undefined {
  const { title, label, key, lines, log = false } = chart;
  const curves = lines
    .flatMap(({ name, runs }) => {
      const seeds = runs
        .map(({ series }) => (series[key] ?? []).map(([x, y]) => ({ x, y })))
        .filter((points) => points.length > 0);
      return seeds.length > 0 ? [bandOverSeeds(name, seeds)] : [];
    })
    .slice(0, seriesColours.length);
  if (curves.length === 0) return undefined;
  const seeds = Math.max(...lines.map(({ runs }) => runs.length));
  return {
    spec: lineChart({ title, x: { label: 'step' }, y: { label, log }, curves }),
    caption: `${title} over training steps${log ? ', logarithmic' : ''}, mean over each logged interval${seeds > 1 ? ', band over seeds' : ''}. ${curves.length > 1 ? 'One line per network' : `Network: ${curves[0].name}`}.`,
    description: `${title} over training steps, one line per row`,
  };
}
