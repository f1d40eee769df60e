import type { Measurement } from '../measure/measurement.ts';
import type { NamedRun, Results } from './item.ts';
import type { Job } from './perform.ts';
import { runId } from './spec.ts';

/** The distinct runs among those named, each with all measurements that anyone wants of it. */
export function distinctJobs(runs: readonly NamedRun[], found: string | undefined): Job[] {
  const jobs = new Map<string, { job: Job; wanted: Map<string, Measurement> }>();
  for (const { spec, measurements = [] } of runs) {
    const id = runId(spec, found);
    const wanted = jobs.get(id)?.wanted ?? new Map<string, Measurement>();
    for (const measurement of measurements) wanted.set(measurement.name, measurement);
    jobs.set(id, { job: { spec, measurements: [...wanted.values()] }, wanted });
  }
  return [...jobs.values()].map(({ job }) => job);
}

/** The jobs that are not finished, each with the measurements that it lacks. */
export function unfinished(jobs: readonly Job[], results: Results): Job[] {
  return jobs.flatMap(({ spec, measurements }) => {
    const lacking = measurements.filter((m) => results.measured(spec, m) === undefined);
    const trained = results.record(spec) !== undefined;
    return trained && lacking.length === 0 ? [] : [{ spec, measurements: lacking }];
  });
}
