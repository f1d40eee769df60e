import type { ArmRun } from '../specs/arms.ts';
import type { Measurement } from '../specs/measurement.ts';
import type { Results } from '../specs/results.ts';
import type { RunSpec } from '../specs/spec.ts';

/** One run, and what to measure on it. */
export interface Job<S extends RunSpec = RunSpec> {
  /** Name of the run's folder. */
  readonly id: string;
  readonly spec: S;
  readonly measurements: readonly Measurement[];
}

/**
 * The distinct runs among those named, each with all measurements that anyone wants of it.
 * @example
 * ```ts
 * import { distinctJobs, overSeeds } from '@scene-mtl/lab';
 * const arm = { config: {}, tasks: ['left'], balance: { name: 'equal', options: {} } };
 * // Two experiments want seed 1.
 * const runs = [...overSeeds('left only', [1, 2], arm), ...overSeeds('single', [1], arm)];
 * distinctJobs(runs, ({ seed }) => `left.seed-${seed}`).length; // → 2
 * ```
 */
export function distinctJobs<S extends RunSpec>(
  runs: readonly ArmRun<S>[],
  idOf: (spec: S) => string,
): Job<S>[] {
  const jobs = new Map<string, { spec: S; wanted: Map<string, Measurement> }>();
  for (const { spec, measurements = [] } of runs) {
    const id = idOf(spec);
    const wanted = jobs.get(id)?.wanted ?? new Map<string, Measurement>();
    for (const measurement of measurements) wanted.set(measurement.name, measurement);
    jobs.set(id, { spec, wanted });
  }
  return [...jobs].map(([id, { spec, wanted }]) => ({
    ...{ id, spec },
    measurements: [...wanted.values()],
  }));
}

/** The jobs that are not finished, each with the measurements that it lacks. */
export function unfinished<S extends RunSpec>(
  jobs: readonly Job<S>[],
  results: Results<S>,
): Job<S>[] {
  return jobs.flatMap((job) => {
    const measurements = job.measurements.filter(
      (measurement) => results.measured(job.spec, measurement) === undefined,
    );
    const trained = results.summary(job.spec) !== undefined;
    return trained && measurements.length === 0 ? [] : [{ ...job, measurements }];
  });
}
