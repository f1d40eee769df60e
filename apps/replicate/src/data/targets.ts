import type { TargetEncoder } from '@scene-mtl/core';
import type { Dataset } from '@scene-mtl/datasets';
import { depthTargets, instanceTargets, semanticTargets } from '@scene-mtl/vision-heads/targets';
import type { TaskName } from '../config/task-name.ts';

/** The targets of the tasks of a data set, by name: those of `tasksOf`, without TensorFlow.js. */
export const targetsOf = ({
  fields,
  legend,
}: Pick<Dataset, 'fields' | 'legend'>): Partial<Record<TaskName, TargetEncoder>> => ({
  ...(fields.includes('semantic') &&
    legend && { semantic: semanticTargets(legend.classes.length) }),
  ...(fields.includes('instance') && { instance: instanceTargets() }),
  ...(fields.includes('depth') && { depth: depthTargets() }),
});
