import { evaluatedLabels } from '@scene-mtl/data/cityscapes';
import type { Dataset } from '@scene-mtl/datasets';
import type { Config } from '../config/schema.ts';
import { ALL, heldOut, type StoredData } from './stored-data.ts';

/** What generated scenes have annotations for without being asked. */
export const SCENE_TASKS: readonly string[] = ['semantic', 'instance', 'depth'];

/**
 * Generated scenes as they will be, before any is made: everything but the frames, whose ids only say
 * how many there are.
 * @throws when more frames are held out than there will be
 */
export function foreseenScenes({ data }: Pick<Config, 'data'>): StoredData {
  if (data.source !== 'generated') throw new Error('only generated scenes are known beforehand');
  const { train, val, derive, holdOut } = data;
  const counts = { train, val, test: 0 };
  const scenes: Dataset = {
    name: 'street',
    fields: [...SCENE_TASKS, ...derive],
    legend: {
      classes: evaluatedLabels.map(({ name }) => name),
      palette: evaluatedLabels.map(({ colour }) => colour),
      instanceClasses: evaluatedLabels.flatMap(({ hasInstances }, i) => (hasInstances ? [i] : [])),
    },
    list: (split) => Array.from({ length: counts[split] }, (_, i) => `${split}_${i}`),
    read: (id) => Promise.reject(new Error(`street: ${id} is yet to be made`)),
  };
  return { ...heldOut(scenes, holdOut), recipe: { root: '', limits: ALL, holdOut } };
}
