import type { TargetEncoder } from '@scene-mtl/core/samples';
import type { Dataset } from '@scene-mtl/datasets';
import { depthTargets, instanceTargets, semanticTargets } from '@scene-mtl/vision-heads/targets';
import type { TaskName } from '../config/task-name.ts';

/** The targets of the tasks of a data set, by name: those of `tasksOf`, without TensorFlow.js. */
export const targetsOf = ({
  annotations,
  classes,
}: Pick<Dataset, 'annotations' | 'classes'>): Partial<Record<TaskName, TargetEncoder>> => ({
  ...(annotations.semantic && { semantic: semanticTargets(classes.length) }),
  ...(annotations.instance && { instance: instanceTargets() }),
  ...(annotations.disparity && { depth: depthTargets() }),
});
