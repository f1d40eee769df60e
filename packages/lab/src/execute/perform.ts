import { join } from 'node:path';
import { readMetrics, type MetricsRecord, type Progress, type Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import type { CompileOptions } from '@scene-mtl/runtime';
import { tasksOf } from '../data/tasks.ts';
import type { StoredData } from '../data/stored-data.ts';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { makeMeasurement } from '../measure/make.ts';
import type { Measurement } from '../measure/measurement.ts';
import { environment } from '../run/environment.ts';
import { json, readJsonIfPresent, writeWhole } from '../run/files.ts';
import { runRow, type RowTiming } from '../train/run-row.ts';
import { alone } from './lock.ts';
import { thinned, type RunRecord, type Series } from './record.ts';
import { measuredFile, recordFile, runFolder, type Kept } from './results.ts';
import { runId, type RunConfig, type RunSpec } from './spec.ts';

/** One run, and what to measure on it. */
export interface Job {
  readonly spec: RunSpec;
  readonly measurements: readonly Measurement[];
}

/** What a job is doing. */
export type JobProgress =
  | { readonly kind: 'training'; readonly progress: Progress }
  | {
      readonly kind: 'measuring';
      readonly name: string;
      readonly seen: number;
      readonly frames: number;
    };

/** Where jobs are performed. */
export interface JobPlace {
  /** Folder of all trained runs. */
  readonly root: string;
  /** Fingerprint of data that is read from a folder. */
  readonly found: string | undefined;
  /** Opens data, once for each configuration of it. */
  readonly open: (config: RunConfig) => Promise<StoredData>;
  /** Validation images whose predictions are kept as pictures. */
  readonly strips: number;
  readonly compile: CompileOptions;
  /** Threads that make batches; 0: the training's own. */
  readonly dataWorkers: number;
}

/**
 * Trains a run to its end, or the rest of it, and makes the measurements that it lacks. What is
 * there already is not made again.
 */
export async function perform(
  { spec, measurements }: Job,
  place: JobPlace,
  onProgress: (progress: JobProgress) => void,
): Promise<void> {
  const folder = runFolder(place.root, spec, place.found);
  await alone(folder, async () => {
    if ((await readJsonIfPresent(recordFile(folder))) === undefined) {
      await trainTo(folder, spec, place, onProgress);
    }
    for (const measurement of measurements) {
      const { name, version } = measurement;
      const kept = (await readJsonIfPresent(measuredFile(folder, name))) as Kept | undefined;
      if (kept?.version === version) continue;
      await makeMeasurement(measurement, {
        folder,
        dataset: await place.open(measuredOn(measurement, spec)),
        compile: place.compile,
        onProgress: (seen, frames) => onProgress({ kind: 'measuring', name, seen, frames }),
      });
    }
  });
}

/** The configurations whose data a job reads. */
export const dataOf = ({ spec, measurements }: Job): RunConfig[] => [
  spec.config,
  ...measurements.map((measurement) => measuredOn(measurement, spec)),
];

const measuredOn = ({ data }: Measurement, { config }: RunSpec): RunConfig =>
  data ? { ...config, data: data(config) } : config;

async function trainTo(
  folder: string,
  spec: RunSpec,
  place: JobPlace,
  onProgress: (progress: JobProgress) => void,
): Promise<void> {
  const { config, weighting, seed } = spec;
  const dataset = await place.open(config);
  const id = runId(spec, place.found);
  const result = await runRow({
    config: { ...config, seeds: [seed], strips: place.strips },
    dataset,
    tasks: presentTasks(spec, dataset),
    weighting,
    seed,
    folder,
    configHash: id,
    compile: place.compile,
    dataWorkers: place.dataWorkers,
    onProgress: (progress) => onProgress({ kind: 'training', progress }),
  });
  const log = await readMetrics(join(folder, 'metrics.jsonl'));
  const record: RunRecord = {
    id,
    spec: withoutFolders(spec),
    data: {
      name: dataset.name,
      train: dataset.list('train').length,
      val: dataset.list('val').length,
    },
    result,
    series: seriesOf(log),
    evaluations: log
      .filter(({ kind }) => kind === 'evaluation')
      .map(({ step, values }) => ({ step, metrics: values })),
    timing: (await readJsonIfPresent(join(folder, 'timing.json'))) as RowTiming,
    environment: environment(),
  };
  await writeWhole(recordFile(folder), json(record));
}

/** A record must not name a folder of the machine that made it. */
function withoutFolders(spec: RunSpec): RunSpec {
  const config = withoutWeightsFolder(spec.config);
  const { data } = config;
  return data.source === 'generated'
    ? { ...spec, config }
    : { ...spec, config: { ...config, data: { ...data, root: '' } } };
}

function presentTasks({ tasks }: RunSpec, dataset: Dataset): Task[] {
  const available = tasksOf(dataset);
  return tasks.map((name) => {
    const task = available[name];
    if (!task) throw new Error(`${dataset.name}: no annotation for the task ${name}`);
    return task;
  });
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
