import type { TableColumn } from '@scene-mtl/eval';
import type { Quantity } from '@scene-mtl/lab';
import { tasksFor, type VisionTask } from '@scene-mtl/vision-heads';
import type { SceneData } from './kind.ts';

/** The tasks of some data as they are trained on it: what their metrics and titles are. */
export function sceneTasks(data: SceneData): VisionTask[] {
  const { tasks, annotations, classes, palette, instanceClasses } = data;
  const legend = classes.length > 0 ? { classes, palette, instanceClasses } : undefined;
  return tasksFor({ fields: tasks, annotations, legend });
}

/** The metrics of a task as runs are compared in them: what stands for it, and its RMS where it has one. */
export const quantitiesOfTask = ({ name: task, metrics }: VisionTask): Quantity[] =>
  metrics.flatMap(({ name, title, unit, better, digits }, i) =>
    i === 0 || name === 'rms'
      ? [
          {
            ...{ task, metric: `${task}/${name}`, name: title },
            ...{ unit, better, digits, primary: i === 0 },
          },
        ]
      : [],
  );

/** A quantity of a task as the column of a table: `Masks IoU`. */
export const quantityColumn = (
  { title }: Pick<VisionTask, 'title'>,
  { name, unit, better, digits }: Quantity,
): TableColumn => ({ name: `${title} ${name}`, unit, better, decimals: digits });
