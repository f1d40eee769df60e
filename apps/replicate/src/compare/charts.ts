import { bandOverSeeds, lineChart, renderSvg, seriesColours } from '@scene-mtl/eval';
import type { ComparedRuns } from './arms.ts';
import type { StoredRun } from './stored-runs.ts';

/** Logged quantities that are drawn, by the first part of their name. */
const QUANTITIES = [
  { prefix: 'loss/', label: 'loss', log: false },
  { prefix: 'weight/', label: 'weight', log: true },
  { prefix: 'sigma2/', label: 'σ²', log: true },
] as const;

/** Sets of which a chart has a curve: as many as there are colours. */
export const MOST_CURVES = seriesColours.length;

/** A chart as a file. */
export interface ComparedChart {
  /** Without an ending: `loss-depth`. */
  readonly name: string;
  readonly svg: string;
}

/**
 * A chart for each logged loss, weight and σ² over the steps: a curve a set, its seeds as a band; of the first
 * {@link MOST_CURVES} sets.
 */
export async function comparedCharts(sets: readonly ComparedRuns[]): Promise<ComparedChart[]> {
  const logged = sets.flatMap(({ runs }) => runs.flatMap(({ log }) => log));
  const keys = [...new Set(logged.flatMap(({ values }) => Object.keys(values)))];
  const charts: ComparedChart[] = [];
  for (const { prefix, label, log } of QUANTITIES) {
    for (const key of keys.filter((one) => one.startsWith(prefix)).sort()) {
      const curves = sets
        .slice(0, MOST_CURVES)
        .map(({ name, runs }) =>
          bandOverSeeds(
            name,
            runs.map((run) => pointsOf(run, key)),
          ),
        )
        .filter(({ points }) => points.length > 0);
      if (curves.length === 0) continue;
      const title = `${label} of ${key.slice(prefix.length)}`;
      const spec = lineChart({ title, x: { label: 'step' }, y: { label, log }, curves });
      const name = key.replace(/[^A-Za-z0-9]+/g, '-');
      charts.push({ name, svg: await renderSvg(spec, { id: name, description: title }) });
    }
  }
  return charts;
}

const pointsOf = ({ log }: StoredRun, key: string) =>
  log
    .filter(({ kind, values }) => kind === 'train' && Object.hasOwn(values, key))
    .map(({ step, values }) => ({ x: step, y: values[key] ?? NaN }));
