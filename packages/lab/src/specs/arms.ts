import { summarise, type Measured } from '@scene-mtl/eval';
import type { Measurement } from './measurement.ts';
import type { Results } from './results.ts';
import { withSeed, type Arm, type RunSpec } from './spec.ts';
import type { RunSummary } from './summary.ts';

/**
 * Fewest seeds from which runs are compared. With three no permutation test gives a p below 0.25, and Student's
 * interval is 2.5 standard deviations wide to either side.
 */
export const ENOUGH_SEEDS = 3;

/** A run that an experiment needs, under the experiment's own name for it. */
export interface ArmRun<S extends RunSpec = RunSpec> {
  /** `<arm>/seed-<n>`: where the experiment's folder links to the run. */
  readonly label: string;
  readonly spec: S;
  readonly measurements?: readonly Measurement[];
}

/**
 * One run per seed, labelled `<label>/seed-<n>`.
 * @example
 * ```ts
 * import { overSeeds } from '@scene-mtl/lab';
 * const arm = { config: { steps: 5 }, tasks: ['left'], balance: { name: 'equal', options: {} } };
 * overSeeds('left only', [1, 2], arm).map(({ label }) => label); // → ['left only/seed-1', 'left only/seed-2']
 * ```
 */
export const overSeeds = <A extends Arm>(
  label: string,
  seeds: readonly number[],
  arm: A,
  measurements?: readonly Measurement[],
): ArmRun<A & { readonly seed: number }>[] =>
  seeds.map((seed) => ({
    label: `${label}/seed-${seed}`,
    spec: withSeed(arm, seed),
    ...(measurements && { measurements }),
  }));

/** The finished runs of an arm, in the order of the seeds. */
export const summariesOf = <S extends RunSpec>(
  results: Results<S>,
  seeds: readonly number[],
  arm: Arm<S>,
): RunSummary<S>[] =>
  seeds.flatMap((seed) => results.summary({ ...arm, seed } as unknown as S) ?? []);

/** A validation metric of every finished run that has it. */
export const metricOf = (runs: readonly RunSummary[], metric: string): number[] =>
  runs.flatMap(({ result }) => {
    const value = (result.metrics as Readonly<Record<string, number | null | undefined>>)[metric];
    return typeof value === 'number' && Number.isFinite(value) ? [value] : [];
  });

/**
 * Mean and sample standard deviation over seeds as a cell; a dash for none.
 * @example
 * ```ts
 * import { measuredCell } from '@scene-mtl/lab';
 * measuredCell([1, 2, 3]); // → { value: 2.0, n: 3, sd: 1.0 }
 * measuredCell([]); // → { value: null, n: 0 }
 * ```
 */
export function measuredCell(values: readonly number[], published?: number): Measured {
  const beside = published === undefined ? {} : { published };
  if (values.length === 0) return { value: null, n: 0, ...beside };
  const { n, mean, sd } = summarise(values);
  return { value: mean, n, ...(n > 1 && { sd }), ...beside };
}
