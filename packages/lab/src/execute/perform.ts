import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { readMetrics, type MetricsRecord } from '@scene-mtl/core';
import type { Program, Session } from '../specs/program.ts';
import type { Kept, Measurement } from '../specs/measurement.ts';
import type { RunSpec } from '../specs/spec.ts';
import { thinned, type RunSummary, type Series } from '../specs/summary.ts';
import { keptSchema, summarySchema } from '../specs/summary-schema.ts';
import { checkMeasuredData, keepData, keepMeasuredData } from '../store/data-record.ts';
import { environment } from '../store/environment.ts';
import { json, readJsonIfPresent } from '../store/files.ts';
import { takenInHand } from '../store/hands.ts';
import { alone } from '../store/lock.ts';
import { noCheckpointRemedy, restoredFrom } from '../store/restored.ts';
import { measuredFile, measuredFolder, summaryFile } from '../store/results.ts';
import type { ExecutorOptions, JobProgress } from './executor.ts';
import type { Job } from './jobs.ts';

/** What a job is performed with. */
export interface Performer<S extends RunSpec> {
  readonly program: Pick<Program<S>, 'portable'>;
  readonly session: Session<S>;
  readonly options: ExecutorOptions;
  /** Who takes the run in hand, where it may change hands; a run that another has is then `FolderBusy`. */
  readonly worker?: string;
  /** Told when another machine took the run, because this one said nothing for too long. */
  readonly onLost?: () => void;
}

/**
 * Trains a run to its end, or the rest of it, and makes the measurements that it lacks. What is
 * there already is not made again. A run on which another process works is waited for, but not by a worker.
 * @throws when what the run learned from is no longer what is there, naming the files
 */
export async function perform<S extends RunSpec>(
  job: Job<S>,
  performer: Performer<S>,
  onProgress: (progress: JobProgress) => void,
): Promise<void> {
  const { session, options, worker, onLost } = performer;
  const folder = join(options.root, job.id);
  const work = async (): Promise<void> => {
    await session.prepare?.(job);
    if (worker !== undefined) onProgress({ kind: 'taken', ...(await takenInHand(folder, worker)) });
    await keepData(folder, await session.contents?.(job.spec));
    if ((await readJsonIfPresent(summaryFile(folder), summarySchema)) === undefined) {
      await writeAtomically(
        summaryFile(folder),
        json(await trained(job, folder, performer, onProgress)),
      );
    }
    for (const measurement of job.measurements) {
      const { name, version } = measurement;
      const file = measuredFile(folder, name);
      const kept = await readJsonIfPresent(file, keptSchema);
      const seen = await session.contents?.(job.spec, measurement);
      if (kept?.version === version) {
        await checkMeasuredData(folder, name, seen);
        continue;
      }
      if (seen) await keepMeasuredData(folder, name, seen);
      await writeAtomically(
        file,
        json(await measured(measurement, job, folder, performer, onProgress)),
      );
    }
  };
  await alone(folder, work, {
    // Another process that needs the same run makes it for both; a worker finds other work meanwhile.
    ...(worker === undefined && {
      onWaiting: (holder: string) => onProgress({ kind: 'waiting', holder }),
    }),
    ...(onLost && { onLost }),
  });
}

async function trained<S extends RunSpec>(
  { id, spec }: Job<S>,
  folder: string,
  { program, session, options }: Performer<S>,
  onProgress: (progress: JobProgress) => void,
): Promise<RunSummary<S>> {
  const { compile, dataWorkers, grids } = options;
  const { data, result, timing } = await session.train({
    ...{ spec, id, folder, compile, dataWorkers, grids },
    onProgress: (progress) => onProgress({ kind: 'training', progress }),
  });
  const log = await readMetrics(join(folder, 'metrics.jsonl'));
  return {
    id,
    spec: program.portable?.(spec) ?? spec,
    data,
    result,
    series: seriesOf(log),
    evaluations: log
      .filter(({ kind }) => kind === 'evaluation')
      .map(({ step, values }) => ({ step, metrics: values })),
    timing,
    environment: environment(),
  };
}

async function measured<S extends RunSpec>(
  measurement: Measurement,
  { spec }: Job<S>,
  folder: string,
  { session, options }: Performer<S>,
  onProgress: (progress: JobProgress) => void,
): Promise<Kept> {
  const { name, version } = measurement;
  if (!session.measure) {
    throw new Error(`measurement ${name}: the program of this run measures nothing; drop it`);
  }
  if (restoredFrom(folder) !== undefined) {
    throw new Error(`${folder}: cannot measure ${name}: ${noCheckpointRemedy(folder, '')}`);
  }
  const value = await session.measure(measurement, {
    ...{ spec, folder, compile: options.compile },
    save: (file, content) => writeAtomically(join(measuredFolder(folder, name), file), content),
    onSeen: (seen, frames) => onProgress({ kind: 'measuring', name, seen, frames }),
  });
  return { version, commit: environment().commit, value };
}

/** The logged quantities that tables and figures show. */
function seriesOf(log: readonly MetricsRecord[]): Record<string, Series> {
  const shown = /^(loss|sigma2|weight)\/|^(total|gradientNorm)$/;
  const series: Record<string, [number, number][]> = {};
  for (const { kind, step, values } of log) {
    if (kind !== 'train') continue;
    for (const [name, value] of Object.entries(values)) {
      // Seven digits are what float32 holds.
      if (value !== null && shown.test(name)) {
        (series[name] ??= []).push([step, Number(value.toPrecision(7))]);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(series).map(([name, points]) => [name, thinned(points)]),
  );
}
