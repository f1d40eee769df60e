import type { Task } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';
import type { TaskName } from '../config/task-name.ts';

/** The tasks of a data set, by name. */
export function tasksOf({
  annotations,
  classes,
}: Pick<Dataset, 'annotations' | 'classes'>): Partial<Record<TaskName, Task>> {
  return {
    ...(annotations.semantic && { semantic: semantic(classes.length) }),
    ...(annotations.instance && { instance: instance() }),
    ...(annotations.disparity && { depth: depth() }),
  };
}
