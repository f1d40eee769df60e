import type { Split } from '@scene-mtl/datasets';
import { progressLine } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import type { Accumulator, Judge, VisionTask } from '@scene-mtl/vision-heads';
import { normalisationOf, type VisionNetwork } from '../assemble/network.ts';
import type { Config } from '../config/schema.ts';
import type { StoredData } from '../data/stored-data.ts';
import { evaluator } from '../train/evaluation.ts';
import { judged, judgesOf, metricsOf, unitsOf } from '../train/split-metrics.ts';
import { judgeIntervals, metricIntervals, type FrameCounts } from './frame-metrics.ts';

/** How a network is measured. */
export interface MeasureOptions {
  readonly split: Split;
  /** Resamples of the frames that give the intervals; 0, the default: none are made. */
  readonly resamples?: number;
  /** Told of each frame by itself, in the order of the split. */
  readonly onFrame?: (frame: FrameMetrics) => void;
  readonly compile: CompileOptions;
}

/** A frame by itself. */
export interface FrameMetrics {
  readonly frame: string;
  /** As `Measured.metrics`; those of the tasks alone. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** What was measured. */
export interface Measured {
  /** By `<task>/<metric>`; null where the split has nothing to judge. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Of the metrics, by the same names. */
  readonly units: Readonly<Record<string, string>>;
  /** 95 % intervals over the frames, by the same names; null where most resamples give none, or a judge has none. */
  readonly intervals: Readonly<Record<string, readonly [low: number, high: number] | null>>;
  readonly resampling: { readonly resamples: number; readonly seed: number };
}

/** Seed of the resamples: the same run, the same intervals. */
const SEED = 0;

/**
 * Every metric that applies to a network's tasks, over a whole split at the size of its training.
 * @throws when the split is empty
 */
export async function measureNetwork({
  network,
  dataset,
  config,
  split,
  resamples = 0,
  onFrame,
  compile,
}: MeasureOptions & {
  readonly network: VisionNetwork;
  readonly dataset: StoredData;
  readonly config: Config;
}): Promise<Measured> {
  const { tasks } = network;
  const normalisation = normalisationOf(config);
  const { batchSize } = config.training;
  const evaluation = await evaluator({
    ...{ network, dataset, split, size: config.size, normalisation, batchSize, compile },
  });
  try {
    const judges = judgesOf(tasks, config.size);
    const beyond = judges.slice(tasks.length);
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
    const resampling = { resamples, seed: SEED };
    line.update(() => `intervals over ${frames} frames`);
    return {
      metrics: judged(judges),
      units: unitsOf(judges),
      intervals: intervalsOf(tasks, counts, beyond, resampling),
      resampling,
    };
  } finally {
    await evaluation.dispose();
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
  judges: readonly Judge[],
  resampling: Measured['resampling'],
): Measured['intervals'] {
  if (resampling.resamples === 0) return {};
  const frames = counts.get(tasks[0].name)!.length;
  const named = (name: string, interval: readonly [number, number] | undefined) =>
    [name, interval ?? null] as const;
  const found = [
    ...tasks.flatMap((task) => {
      const intervals = metricIntervals(task, counts.get(task.name)!, resampling);
      return metricsOf(task).map(({ name }, k) => named(name, intervals[k]));
    }),
    ...judges.flatMap((judge) => {
      const intervals = judgeIntervals(judge, frames, resampling);
      return judge.metrics.map(({ name }, k) => named(name, intervals[k]));
    }),
  ];
  return Object.fromEntries(found);
}
