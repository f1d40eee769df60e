import { bootstrapStatistics } from '@scene-mtl/eval';
import type { Accumulator, VisionTask } from '@scene-mtl/vision-heads';
import { metricsOfFrames, type FrameCounts, type Resampling } from '../predict/frame-metrics.ts';
import type { OpenedRun } from './opened-run.ts';

/** Counts every frame of the validation split by itself, for each task of a network. */
export async function frameCounts(
  { network, evaluation }: Pick<OpenedRun, 'network' | 'evaluation'>,
  onSeen: (seen: number) => void,
): Promise<ReadonlyMap<string, FrameCounts>> {
  const { tasks } = network;
  const counts = new Map(tasks.map(({ name }) => [name, [] as Accumulator[]]));
  let seen = 0;
  await evaluation.each((sample, predictions) => {
    for (const task of tasks) {
      const one = task.accumulator();
      one.add(predictions[task.name], sample);
      counts.get(task.name)?.push(one);
    }
    onSeen(++seen);
  });
  return counts;
}

/**
 * 95 % bootstrap interval of the drop of each metric, in the order of the task's metrics. Both networks are
 * judged on the same frames of each resample, so that frames that are hard for both do not widen it; the
 * metrics are computed anew over the frames drawn, as over a split. Undefined where most resamples give no
 * number.
 */
export function dropIntervals(
  task: VisionTask,
  before: FrameCounts,
  after: FrameCounts,
  resampling: Resampling,
): ([low: number, high: number] | undefined)[] {
  const { metrics } = task;
  return bootstrapStatistics(
    before.length,
    metrics.length,
    (drawn) => {
      const [was, is] = [before, after].map((counts) => metricsOfFrames(task, counts, drawn));
      return metrics.map(({ name, better }) => dropOf(was[name], is[name], better));
    },
    resampling,
  );
}

/** How much worse a metric is, in its unit. */
export const dropOf = (before: number, after: number, better: 'higher' | 'lower'): number =>
  better === 'higher' ? before - after : after - before;

/** A frame on which a task got worse. */
export interface WorseFrame {
  /** Its place in the split, and its name. */
  readonly index: number;
  readonly frame: string;
  /** The task's primary metric on this frame alone. */
  readonly before: number;
  readonly after: number;
  readonly drop: number;
}

/** The frames on which a task's primary metric, taken by itself, dropped most; of equal ones the earlier first. */
export function worseFrames(
  { metrics: [{ name, better }] }: VisionTask,
  before: FrameCounts,
  after: FrameCounts,
  frames: readonly string[],
  count: number,
): WorseFrame[] {
  return frames
    .map((frame, index) => {
      const [was, is] = [before[index].result()[name], after[index].result()[name]];
      return { index, frame, before: was, after: is, drop: dropOf(was, is, better) };
    })
    .filter(({ drop }) => drop > 0)
    .sort((a, b) => b.drop - a.drop || a.index - b.index)
    .slice(0, count);
}
