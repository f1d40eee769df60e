import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Manifest } from '@scene-mtl/core';
import { dataPlace, type Split } from '@scene-mtl/datasets';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { Annotated } from '@scene-mtl/data';
import type { Accumulator, Judge, VisionTask } from '@scene-mtl/vision-heads';
import { progressLine } from '@scene-mtl/lab';
import { datasetOf, normalisationOf } from '../assemble.ts';
import { ALL, openStored, type StoredData } from '../data/stored-data.ts';
import { evaluator } from '../train/evaluation.ts';
import { judged, judgesOf, metricsOf, unitsOf } from '../train/split-metrics.ts';
import { metricIntervals, type FrameCounts } from './frame-metrics.ts';
import { readDescription, type RunDescription } from '../run/description.ts';
import {
  assertMayMeasure,
  checkpointOf,
  loadNetwork,
  type CheckpointChoice,
} from './stored-network.ts';

/** What `replicate evaluate` measures. */
export interface EvaluateOptions {
  /** Folder of the run. */
  readonly run: string;
  readonly split: Split;
  readonly checkpoint: CheckpointChoice;
  /** Folder of the data, in place of the one in the run's configuration. */
  readonly data?: string | undefined;
  /** Resamples of the frames that give the intervals; 0, the default: none are made. */
  readonly resamples?: number;
  /** Told of each frame by itself, in the order of the split. */
  readonly onFrame?: (frame: FrameMetrics) => void;
  readonly compile: CompileOptions;
}

/** A frame by itself. */
export interface FrameMetrics {
  readonly frame: string;
  /** As `Evaluation.metrics`; those of the tasks alone. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Metrics of a stored run over a split, with all that a number must stand beside. */
export interface Evaluation {
  readonly run: string;
  readonly checkpoint: {
    readonly choice: CheckpointChoice;
    readonly step: number;
    /** What chose it; null unless the choice is `best`. Always a metric of the validation split. */
    readonly selectedBy: string | null;
  };
  readonly data: { readonly name: string; readonly split: Split; readonly frames: number };
  /** px. */
  readonly size: { readonly height: number; readonly width: number };
  readonly balance: RunDescription['balance'];
  readonly seed: number;
  /** By `<task>/<metric>`; null where the split has nothing to judge. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Of the metrics, by the same names. */
  readonly units: Readonly<Record<string, string>>;
  /** 95 % intervals over the frames, by the names of the tasks' own metrics; null where most resamples give none. */
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number] | null>>;
  readonly resampling: { readonly resamples: number; readonly seed: number };
}

/** Seed of the resamples: the same run, the same intervals. */
const SEED = 0;

/**
 * Every metric that applies, over the whole split at the run's size.
 * @throws when the folder is no run, the checkpoint is not there or may not be measured on this
 * split, the split is empty, or the data is not that on which the run was trained
 */
export async function evaluateRun(options: EvaluateOptions): Promise<Evaluation> {
  const { run, split, checkpoint: choice, resamples = 0, onFrame } = options;
  assertMayMeasure(split, choice);
  const description = await readDescription(run);
  const checkpoint = await checkpointOf(run, choice);
  const dataset = await dataOf(description, run, options.data);
  const { config, balance, seed } = description;
  const network = loadNetwork(description, checkpoint, run);
  const evaluation = await evaluator({
    network,
    dataset,
    split,
    size: config.size,
    normalisation: normalisationOf(config),
    batchSize: config.training.batchSize,
    compile: options.compile,
  });
  try {
    const { tasks } = network;
    const judges = judgesOf(tasks, config.size);
    const line = progressLine();
    const frames = dataset.list(split).length;
    let seen = 0;
    const counts = new Map<string, Accumulator[]>(tasks.map(({ name }) => [name, []]));
    await evaluation.each((sample, predictions) => {
      for (const judge of judges) judge.add(sample, predictions);
      const own = tasks.map((task): [VisionTask, Accumulator] => [task, task.accumulator()]);
      for (const [task, one] of own) {
        one.add(predictions[task.name], sample);
        if (resamples > 0) counts.get(task.name)!.push(one);
      }
      onFrame?.({
        frame: sample.id,
        metrics: judged(own.map(([task, one]) => ownJudge(task, one))),
      });
      seen++;
      line.update(() => `${seen} of ${frames} frames of ${dataset.name} ${split}`);
    });
    const { step } = checkpoint.manifest;
    const resampling = { resamples, seed: SEED };
    line.update(() => `intervals over ${frames} frames`);
    return {
      run,
      checkpoint: {
        choice,
        step,
        selectedBy: selectedBy(checkpoint.manifest, choice),
      },
      data: { name: dataset.name, split, frames },
      size: config.size,
      balance,
      seed,
      metrics: judged(judges),
      units: unitsOf(judges),
      intervals: intervalsOf(tasks, counts, resampling),
      resampling,
    };
  } finally {
    await evaluation.dispose();
    network.model.dispose();
  }
}

/** What a task's own metrics are after some frames, under their whole names. */
const ownJudge = (task: VisionTask, counted: Accumulator): Pick<Judge, 'result'> => ({
  result: () =>
    Object.fromEntries(Object.entries(counted.result()).map(([k, v]) => [`${task.name}/${k}`, v])),
});

function intervalsOf(
  tasks: readonly VisionTask[],
  counts: ReadonlyMap<string, FrameCounts>,
  resampling: Evaluation['resampling'],
): Evaluation['intervals'] {
  if (resampling.resamples === 0) return {};
  return Object.fromEntries(
    tasks.flatMap((task) => {
      const intervals = metricIntervals(task, counts.get(task.name)!, resampling);
      return metricsOf(task).map(({ name }, k) => [name, intervals[k] ?? null]);
    }),
  );
}

/** The validation metric that chose a checkpoint; null where none did. */
function selectedBy({ best, bests = {}, step }: Manifest, choice: CheckpointChoice): string | null {
  if (typeof choice === 'number' || choice === 'last') return null;
  const task = choice.slice('best:'.length);
  const chosen =
    choice === 'best'
      ? best
      : Object.values(bests).find((one) => one.step === step && one.metric.startsWith(`${task}/`));
  return chosen ? `val ${chosen.metric}` : null;
}

/**
 * The data of a stored run.
 * @param root where they are, in place of the folder in the run's configuration
 * @throws when they have other classes than those on which it was trained
 */
export async function dataOf(
  { config, data }: RunDescription,
  run: string,
  root: string | undefined,
): Promise<StoredData> {
  const { derive } = config.data;
  const dataset =
    root === undefined
      ? await datasetOf(config, await runsOf(run), progressLine())
      : await openStored({ root: dataPlace(root), derive, limits: ALL, holdOut: null });
  const [expected, got] = [data, dataset].map(classesIn);
  if (expected !== got) {
    throw new Error(
      `${root ?? dataset.name}: expected the classes on which ${run} was trained (${expected}), ` +
        `got those of ${dataset.name} (${got})`,
    );
  }
  return dataset;
}

/** The classes of all fields that have some, in words. */
function classesIn(data: Annotated): string {
  const own = Object.entries(data.annotations ?? {}).flatMap(([field, annotation]) =>
    'classes' in annotation ? [`${field}: ${annotation.classes.join()}`] : [],
  );
  return [...(data.legend ? [data.legend.classes.join()] : []), ...own].join('; ') || 'none';
}

/** The folder of all runs, which holds generated scenes: above a run, or above a row of a table. */
export async function runsOf(run: string): Promise<string> {
  let folder = resolve(run);
  for (let level = 0; level < 3; level++) {
    folder = dirname(folder);
    const found = await access(join(folder, 'data')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
  }
  return dirname(resolve(run));
}
