import type { Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { tasksOf } from '../data/tasks.ts';
import type { TaskName } from '../config/task-name.ts';
import type { Selection } from '../run/description.ts';

/**
 * The tasks of a run, in the order asked for.
 * @param wanted names; undefined: every task that the data has annotations for
 * @throws naming the task that the data cannot train, and those it can
 */
export function chosenTasks(dataset: Dataset, wanted: readonly string[] | undefined): Task[] {
  const available = tasksOf(dataset);
  if (Object.keys(available).length === 0) {
    throw new Error(
      `${dataset.name}: no task learns from its annotations (${dataset.fields.join(', ')})`,
    );
  }
  if (wanted === undefined) return Object.values(available);
  return wanted.map((name) => {
    const task = available[name as TaskName];
    if (!task) {
      throw new Error(
        `--tasks ${wanted.join(',')}: ${dataset.name} has no annotation for ${name}; ` +
          `it can train ${Object.keys(available).join(', ')}`,
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
export function selectionOf(tasks: readonly Task[], wanted: string | undefined): Selection {
  const all = tasks.flatMap((task) =>
    task.metrics.map(({ name, better }) => ({ metric: `${task.name}/${name}`, better })),
  );
  const found = wanted === undefined ? all[0] : all.find(({ metric }) => metric === wanted);
  if (found) return found;
  throw new Error(
    `--select ${wanted}: expected a validation metric of this run's tasks: ` +
      all.map(({ metric }) => metric).join(', '),
  );
}
