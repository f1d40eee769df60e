import type { MetricInfo } from '@scene-mtl/core';
import type { Size } from '@scene-mtl/data';
import type { Judge, VisionTask } from '@scene-mtl/vision-heads';
import { accumulators } from './metrics.ts';

/**
 * Every metric that applies to some tasks, each over the whole split: first those by which training is
 * followed, then what each task measures besides.
 */
export function judgesOf(tasks: readonly VisionTask[], size: Size): Judge[] {
  const names = new Set(tasks.map((task) => task.name));
  return [
    ...tasks.map((task): Judge => ({ metrics: metricsOf(task), ...accumulators([task]) })),
    ...tasks.flatMap((task) => task.judges(size, names)),
  ];
}

/** The metrics of a task under their whole names. */
export const metricsOf = ({ name, metrics }: VisionTask): MetricInfo[] =>
  metrics.map((metric) => ({ ...metric, name: `${name}/${metric.name}` }));

/** Joins what the judges found; numbers that are not finite become null, as JSON has no NaN. */
export const judged = (judges: readonly Pick<Judge, 'result'>[]): Record<string, number | null> =>
  Object.fromEntries(
    judges
      .flatMap((judge) => Object.entries(judge.result()))
      .map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );

/** Units of what the judges find, by whole name. */
export const unitsOf = (judges: readonly Judge[]): Record<string, string> =>
  Object.fromEntries(
    judges.flatMap(({ metrics }) => metrics.map(({ name, unit }) => [name, unit])),
  );
