import { evaluatedLabels, instanceLabels, labelsById } from '@scene-mtl/data/cityscapes';
import type { WrittenTask } from '../schema.ts';

/** What Cityscapes stores for the licence plate, −1, in 8 bits. */
const PLATE = 255;

/** Classes by label ids of Cityscapes, which KITTI has too: the 19 that are evaluated; others never count. */
export const labelIdTask = (files: string | string[]): WrittenTask => ({
  kind: 'classes',
  files,
  classes: evaluatedLabels.map(({ name, id, colour }) => ({
    name,
    value: id,
    colour: [...colour] as [number, number, number],
  })),
  ignore: [
    ...labelsById.filter((label) => !evaluatedLabels.includes(label)).map(({ id }) => id),
    PLATE,
  ],
  instanceClasses: instanceLabels.map(({ name }) => name),
});

/** Values that are a class and no object in `instanceIds` of Cityscapes: all label ids, as groups have. */
export const GROUPS: readonly number[] = labelsById.map(({ id }) => id).filter((id) => id > 0);
