import type { Sample } from '@scene-mtl/data';
import { kits, type Predictions, type VisionTask } from '@scene-mtl/vision-heads';

/** Numbers by `<task>/<metric>`. */
export type Metrics = Readonly<Record<string, number>>;

/** Accumulates the metrics of some tasks over a split. */
export interface Accumulators {
  readonly add: (sample: Sample, predictions: Predictions) => void;
  readonly result: () => Metrics;
}

/** The metrics of some tasks, by whole name, in the order of tasks and metrics. */
export function accumulators(tasks: readonly VisionTask[]): Accumulators {
  const all = tasks.map((task) => ({ name: task.name, of: task.accumulator() }));
  return {
    add: (sample, predictions) => {
      for (const { name, of } of all) of.add(predictions[name], sample);
    },
    result: () =>
      Object.fromEntries(
        all.flatMap(({ name, of }) =>
          Object.entries(of.result()).map(([metric, value]) => [`${name}/${metric}`, value]),
        ),
      ),
  };
}

/** +1 where a larger primary metric is better, −1 where a smaller one is. */
export const betterSign: Readonly<Record<string, 1 | -1>> = Object.fromEntries(
  kits.map(({ name, metrics }) => [name, metrics[0].better === 'higher' ? 1 : -1]),
);

/** The primary metric of each task, by whole name. */
export const primaryMetric: Readonly<Record<string, string>> = Object.fromEntries(
  kits.map(({ name, metrics }) => [name, `${name}/${metrics[0].name}`]),
);
