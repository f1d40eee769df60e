import type { Sample } from '@scene-mtl/data';
import type { Predictions, VisionTask } from '@scene-mtl/vision-heads';

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
