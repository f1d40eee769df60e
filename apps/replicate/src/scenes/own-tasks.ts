import type { TableColumn } from '@scene-mtl/eval';
import type { Quantity } from '@scene-mtl/lab';
import { kits, tasksFor, type VisionTask } from '@scene-mtl/vision-heads';
import type { SceneData, SceneExperiment } from './kind.ts';

/** The tasks of some data as they are trained on it: what their metrics and titles are. */
export function sceneTasks(data: SceneData): VisionTask[] {
  const { tasks, annotations, classes, palette, instanceClasses } = data;
  const legend = classes.length > 0 ? { classes, palette, instanceClasses } : undefined;
  return tasksFor({ fields: tasks, annotations, legend });
}

/** Tasks that are not called as the kit that makes them. */
const unusual = (tasks: readonly string[]): string[] =>
  tasks.filter((task) => !kits.some(({ name }) => name === task));

/** An experiment that knows tasks by the names of their kits: with others it asks for no runs, and cannot be shown. */
export const ofUsualTasks = <O>(experiment: SceneExperiment<O>): SceneExperiment<O> => ({
  ...experiment,
  *stages(context, results) {
    const { tasks } = context.data;
    if (tasks.length > 0 && unusual(tasks).length === 0) yield* experiment.stages(context, results);
  },
  show(context, results) {
    const others = unusual(context.data.tasks);
    if (others.length === 0) return experiment.show(context, results);
    throw new Error(
      `${experiment.command ?? experiment.name}: expected tasks called ${kits.map(({ name }) => name).join(', ')}, ` +
        `got ${others.join(', ')} of ${context.data.name}; table1 and libmtl balancing take tasks of any name`,
    );
  },
});

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
