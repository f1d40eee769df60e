import { evaluatedLabels } from '@scene-mtl/data/cityscapes';
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

/** What generated scenes have annotations for without being asked. */
export const SCENE_TASKS: readonly string[] = ['semantic', 'instance', 'depth'];

/** What generated scenes will be, before any is made. */
export function summaryWithoutData({ data }: Pick<Config, 'data'>): SceneData {
  if (data.source !== 'generated') throw new Error('only generated scenes are known beforehand');
  const { train, val, derive } = data;
  return {
    name: 'street',
    frames: { train, val },
    tasks: [...SCENE_TASKS, ...derive],
    classes: evaluatedLabels.map(({ name }) => name),
    palette: evaluatedLabels.map(({ colour }) => colour),
    instanceClasses: evaluatedLabels.flatMap(({ hasInstances }, i) => (hasInstances ? [i] : [])),
  };
}

/** What identifies a folder of data without reading its images: classes and frames. */
function fingerprintOf(dataset: Dataset): string {
  const { name, legend } = dataset;
  const classes = legend?.classes ?? [];
  return hashOf({ name, classes, train: dataset.list('train'), val: dataset.list('val') });
}

function summaryOf(dataset: Dataset): SceneData {
  const { name, legend } = dataset;
  return {
    name,
    frames: { train: dataset.list('train').length, val: dataset.list('val').length },
    tasks: tasksFor(dataset).map((task) => task.name),
    ...(legend ?? NO_CLASSES),
    ...(dataset.list('test').length === 0 && { withoutTest: true }),
  };
}
