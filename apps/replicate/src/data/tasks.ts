import type { Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';
import type { TaskName } from '../config/task-name.ts';

/** The tasks of a data set, by name. */
export function tasksOf({
  fields,
  legend,
}: Pick<Dataset, 'fields' | 'legend'>): Partial<Record<TaskName, Task>> {
  return {
    ...(fields.includes('semantic') && legend && { semantic: semantic(legend.classes.length) }),
    ...(fields.includes('instance') && { instance: instance() }),
    ...(fields.includes('depth') && { depth: depth() }),
  };
}
