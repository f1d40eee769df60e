import { bootstrapStatistics } from '@scene-mtl/eval';
import type { Accumulator, Judge, VisionTask } from '@scene-mtl/vision-heads';

/** What each frame of a split adds to a task's metrics, in the order of the frames. */
export type FrameCounts = readonly Accumulator[];

/** How intervals over frames are drawn. */
export interface Resampling {
  readonly resamples: number;
  readonly seed: number;
}

/** The metrics of some frames together, by name; a frame may come more than once. */
export function metricsOfFrames(
  task: Pick<VisionTask, 'accumulator'>,
  counts: FrameCounts,
  frames: Iterable<number> = counts.keys(),
): Readonly<Record<string, number>> {
  const all = task.accumulator();
  for (const frame of frames) all.merge(counts[frame]);
  return all.result();
}

/**
 * 95 % bootstrap interval of each metric over the frames of a split, in the order of the task's metrics: how
 * far the number may be off because the split holds these frames and no others. The metrics are computed anew
 * over the frames drawn, never averaged over frames. Undefined where most resamples give no number.
 */
export function metricIntervals(
  task: Pick<VisionTask, 'accumulator' | 'metrics'>,
  counts: FrameCounts,
  resampling: Resampling,
): ([low: number, high: number] | undefined)[] {
  const { metrics } = task;
  const statistics = (drawn: Int32Array) => {
    const values = metricsOfFrames(task, counts, drawn);
    return metrics.map(({ name }) => values[name]);
  };
  return bootstrapStatistics(counts.length, metrics.length, statistics, resampling);
}

/** The same of the numbers of a judge that has counted `frames` frames; none of one that cannot choose among them. */
export function judgeIntervals(
  { metrics, chosen }: Pick<Judge, 'metrics' | 'chosen'>,
  frames: number,
  resampling: Resampling,
): ([low: number, high: number] | undefined)[] {
  const of = chosen?.();
  if (!of) return [];
  const statistics = (drawn: Int32Array) => {
    const values = of(drawn);
    return metrics.map(({ name }) => values[name]);
  };
  return bootstrapStatistics(frames, metrics.length, statistics, resampling);
}
