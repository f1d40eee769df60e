import { pairedPermutationTest, summarise, type Table, type TableCell } from '@scene-mtl/eval';
import { tasksIn } from '../predict/stored-network.ts';
import type { ComparedRuns } from './arms.ts';

/** A metric of some of the runs. */
interface ComparedMetric {
  /** `<task>/<metric>`. */
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly digits: number;
  readonly isPrimary: boolean;
}

/** Every metric that a set of runs has, tasks in their order. */
function metricsOf(sets: readonly ComparedRuns[]): ComparedMetric[] {
  const metrics = new Map<string, ComparedMetric>();
  for (const { runs } of sets) {
    for (const task of tasksIn(runs[0].description)) {
      task.metrics.forEach(({ name, unit, better, digits }, i) => {
        const whole = `${task.name}/${name}`;
        metrics.set(whole, { name: whole, unit, better, digits, isPrimary: i === 0 });
      });
    }
  }
  return [...metrics.values()];
}

/** Numbers of a metric by seed. */
const bySeed = ({ runs }: ComparedRuns, metric: string): Map<number, number> =>
  new Map(
    runs.flatMap(({ description: { seed }, metrics }) => {
      const value = metrics[metric];
      return value === null || value === undefined || !Number.isFinite(value)
        ? []
        : [[seed, value] as const];
    }),
  );

/** Mean and sample standard deviation of each metric over the seeds, a row a set. */
export function meansTable(sets: readonly ComparedRuns[]): Table {
  const metrics = metricsOf(sets);
  return {
    title: 'Validation metrics, mean ± sd over seeds',
    corner: 'Runs',
    columns: metrics.map(({ name, unit, better, digits }) => ({
      ...{ name, unit, better, decimals: digits },
    })),
    rows: sets.map((set) => ({
      header: `${set.name} (${set.runs.length} ${set.runs.length === 1 ? 'seed' : 'seeds'})`,
      cells: metrics.map(({ name }): TableCell => {
        const values = [...bySeed(set, name).values()];
        if (values.length === 0) return null;
        const { mean, sd, n } = summarise(values);
        return { value: mean, ...(n > 1 && { sd, n }) };
      }),
    })),
  };
}

/**
 * Each set against the first, by the seeds that both have: the mean difference of each primary metric and the p of a
 * paired permutation test. Undefined where no two sets share two seeds.
 */
export function differencesTable([first, ...others]: readonly ComparedRuns[]): Table | undefined {
  const metrics = metricsOf([first, ...others]).filter(({ isPrimary }) => isPrimary);
  const rows = others.flatMap((set) =>
    metrics.flatMap(({ name, digits }) => {
      const [a, b] = [bySeed(first, name), bySeed(set, name)];
      const seeds = [...a.keys()].filter((seed) => b.has(seed));
      if (seeds.length < 2) return [];
      const values = (of: Map<number, number>) => seeds.map((seed) => of.get(seed)!);
      const { difference, p, smallestP } = pairedPermutationTest(values(b), values(a));
      const sign = difference > 0 ? '+' : '';
      return [
        {
          header: `${set.name} − ${first.name}`,
          cells: [
            name,
            `${sign}${difference.toFixed(digits)}`,
            String(seeds.length),
            p.toPrecision(2),
            smallestP.toPrecision(2),
          ],
        },
      ];
    }),
  );
  if (rows.length === 0) return undefined;
  const text = (name: string) => ({ name, kind: 'text' as const });
  return {
    title: `Against ${first.name}, by the seeds that both have`,
    corner: 'Difference',
    columns: ['metric', 'mean', 'seeds', 'p', 'least p'].map(text),
    rows,
    notes: [
      'p: paired permutation test, two-sided. Least p: the smallest that so many seeds can give; with fewer than 6 ' +
        'seeds none is below 0.05.',
    ],
  };
}
