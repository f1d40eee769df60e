import { DERIVED, type Dataset } from '@scene-mtl/datasets';
import { tasksFor, type VisionTask } from '@scene-mtl/vision-heads';
import type { Config } from '../config/schema.ts';
import type { Selection } from '../run/description.ts';
import { metricsOf } from './split-metrics.ts';

/**
 * A configuration with the annotations that some tasks learn from and that are computed from others, so
 * that naming a task is enough.
 */
export function withFieldsFor(config: Config, wanted: readonly string[] | undefined): Config {
  const { derive } = config.data;
  const all = DERIVED.filter((name) => derive.includes(name) || wanted?.includes(name));
  // Nothing to compute leaves the configuration what it was.
  return all.length === derive.length
    ? config
    : { ...config, data: { ...config.data, derive: all } };
}

/**
 * The tasks of a run, in the order asked for.
 * @param wanted names; undefined: every task that the data has annotations for
 * @throws naming the task that the data cannot train, and those it can
 */
export function chosenTasks(dataset: Dataset, wanted: readonly string[] | undefined): VisionTask[] {
  const available = tasksFor(dataset);
  if (available.length === 0) {
    throw new Error(
      `${dataset.name}: no task learns from its annotations (${dataset.fields.join(', ')})`,
    );
  }
  if (wanted === undefined) return available;
  return wanted.map((name) => {
    const task = available.find((one) => one.name === name);
    if (!task) {
      throw new Error(
        `--tasks ${wanted.join(',')}: ${dataset.name} has no annotation for ${name}; ` +
          `it can train ${available.map((one) => one.name).join(', ')}`,
      );
    }
    return task;
  });
}

/**
 * The validation metric that chooses the best checkpoint, with its direction.
 * @param wanted `<task>/<metric>`; undefined: the primary metric of the first task
 * @throws listing the metrics of these tasks when it is none of them
 */
export function selectionOf(tasks: readonly VisionTask[], wanted: string | undefined): Selection {
  const all = tasks.flatMap(metricsOf);
  const found = wanted === undefined ? all[0] : all.find(({ name }) => name === wanted);
  if (found) return { metric: found.name, better: found.better };
  throw new Error(
    `--select ${wanted}: expected a validation metric of this run's tasks: ` +
      all.map(({ name }) => name).join(', '),
  );
}
