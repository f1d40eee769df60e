import { annotationsOf } from '@scene-mtl/data';
import { NO_CLASSES, type Dataset } from '@scene-mtl/datasets';
import { hashOf, type Opened } from '@scene-mtl/lab';
import type { Config } from '../config/schema.ts';
import { tasksFor } from '@scene-mtl/vision-heads';
import type { SceneData } from './kind.ts';

/**
 * What an opened data set gives to learn from, and, of data read from a folder, the fingerprint of
 * what is in it: generated scenes are known by their recipe.
 */
export const openedAs = ({ data }: Pick<Config, 'data'>, dataset: Dataset): Opened<SceneData> => ({
  data: summaryOf(dataset),
  ...(data.source === 'folder' && { fingerprint: fingerprintOf(dataset) }),
});

/** What identifies a folder of data without reading its images: classes and frames. */
function fingerprintOf(dataset: Dataset): string {
  const { name, legend, annotations } = dataset;
  const classes = legend?.classes ?? [];
  const frames = { train: dataset.list('train'), val: dataset.list('val') };
  return hashOf({ name, classes, ...frames, ...(annotations && { annotations }) });
}

/** The fields of which the data itself says what they mean; undefined where all have their usual names. */
function ownAnnotations(dataset: Dataset): SceneData['annotations'] {
  const { annotations = {}, labels = {}, numbers = {} } = dataset;
  const own = Object.entries(annotationsOf(dataset)).filter(([name]) =>
    [annotations, labels, numbers].some((of) => Object.hasOwn(of, name)),
  );
  return own.length > 0 ? Object.fromEntries(own) : undefined;
}

/** What an experiment may know of a data set. */
export function summaryOf(dataset: Dataset): SceneData {
  const { name, legend, notes = [] } = dataset;
  const annotations = ownAnnotations(dataset);
  return {
    name,
    frames: { train: dataset.list('train').length, val: dataset.list('val').length },
    tasks: tasksFor(dataset).map((task) => task.name),
    ...(legend ?? NO_CLASSES),
    ...(annotations && { annotations, ...(notes.length > 0 && { remarks: notes }) }),
    ...(dataset.list('test').length === 0 && { withoutTest: true }),
  };
}
