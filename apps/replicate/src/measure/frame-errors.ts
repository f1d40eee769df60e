import type { Sample } from '@scene-mtl/data';
import type { Predictions } from '@scene-mtl/vision-heads';
import type { MeasurementPlace } from '../scenes/measurement.ts';
import { errorMaps, meanError, taskOrder } from './pixel-errors.ts';

/** Mean error of each frame of the split, in order; null where a frame has no truth. */
export type FrameErrors = Readonly<Record<string, readonly (number | null)[]>>;

/** `FrameErrors` as text, which JSON keeps on one line per task: `12.3 - 4.56`. */
export type FrameErrorText = Readonly<Record<string, string>>;

/** The tasks that a network has, in the order of the paper's columns. */
export const trainedTasks = ({ tasks }: Pick<MeasurementPlace, 'tasks'>): string[] =>
  taskOrder.filter((name) => tasks.some((task) => task.name === name));

/** Collects the mean error of each frame for each task of a network. */
export function frameErrors(place: Pick<MeasurementPlace, 'tasks'>): {
  readonly errors: FrameErrors;
  readonly add: (sample: Sample, predictions: Predictions) => void;
} {
  const trained = trainedTasks(place);
  const errors = Object.fromEntries(trained.map((task) => [task, [] as (number | null)[]]));
  return {
    errors,
    add(sample, predictions) {
      const maps = errorMaps(place.tasks, sample, predictions);
      for (const task of trained) errors[task].push(maps[task] ? meanError(maps[task]) : null);
    },
  };
}

/** Lists → text; `-` for a frame without a truth. */
export const toText = (errors: FrameErrors): FrameErrorText =>
  Object.fromEntries(
    Object.entries(errors).map(([task, list]) => [task, list.map((e) => e ?? '-').join(' ')]),
  );

/** The lists of a text. */
export const fromText = (text: FrameErrorText): FrameErrors =>
  Object.fromEntries(
    Object.entries(text).map(([task, line]) => [
      task,
      line.split(' ').map((e) => (e === '-' ? null : Number(e))),
    ]),
  );
