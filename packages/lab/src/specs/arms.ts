import type { Measured } from '@scene-mtl/eval';
import type { Config } from '../config/schema.ts';
import type { NamedRun, Results } from './item.ts';
import type { RunRecord } from './record.ts';
import { runConfig, type RunSpec } from './spec.ts';

/**
 * Fewest seeds from which runs are compared. With three a bootstrap interval cannot leave the range of
 * the values and no paired test gives a p below 0.25: that all seeds agree is all it says.
 */
export const ENOUGH_SEEDS = 3;

/** A run without its seed. */
export type Trial = Omit<RunSpec, 'seed'>;

/** The trial of a configuration. */
export const trial = (
  config: Config,
  { tasks, weighting }: Pick<RunSpec, 'tasks' | 'weighting'>,
): Trial => ({ config: runConfig(config), tasks, weighting });

/** One run per seed, labelled `<label>/seed-<n>`. */
export const overSeeds = (
  label: string,
  seeds: readonly number[],
  of: Trial,
  measurements?: NamedRun['measurements'],
): NamedRun[] =>
  seeds.map((seed) => ({
    label: `${label}/seed-${seed}`,
    spec: { ...of, seed },
    ...(measurements && { measurements }),
  }));

/** The finished runs of a trial, in the order of the seeds. */
export const recordsOf = (results: Results, seeds: readonly number[], of: Trial): RunRecord[] =>
  seeds.flatMap((seed) => results.record({ ...of, seed }) ?? []);

/** A validation metric (`semantic/iou`) of every finished run that has it. */
export const metricOf = (records: readonly RunRecord[], metric: string): number[] =>
  records.flatMap(({ result }) => {
    const value = (result.metrics as Readonly<Record<string, number | null | undefined>>)[metric];
    return typeof value === 'number' && Number.isFinite(value) ? [value] : [];
  });

/** Mean and sample standard deviation over seeds as a cell; a dash for none. */
export function measuredCell(values: readonly number[], published?: number): Measured {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return {
    value: n === 0 ? null : mean,
    n,
    ...(n > 1 && { sd: Math.sqrt(squares / (n - 1)) }),
    ...(published !== undefined && { published }),
  };
}
