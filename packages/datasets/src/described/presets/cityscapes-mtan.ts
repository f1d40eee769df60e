import { join } from 'node:path';
import { categories, trainNames } from '@scene-mtl/data/cityscapes';
import { readNpy } from '../npy.ts';
import { ARRAY_SPLITS, arrays, hasArrays } from './array-folders.ts';
import { counted, type Preset, type UnpackedFolder } from './preset.ts';

/** Most arrays whose values are looked at. */
const LOOKED_AT = 8;

const classes = {
  7: categories.filter((name) => name !== 'void'),
  19: trainNames,
} as const;

/** Folder of the labels of so many classes: by its name, or by its values where it is called `label`. */
async function labelsOf(folder: UnpackedFolder, count: 7 | 19): Promise<string | undefined> {
  const named = `label_${count}`;
  if (hasArrays(folder, named)) return named;
  if (!hasArrays(folder, 'label')) return undefined;
  let most = 0;
  for (const { path } of folder.of(arrays('label')).slice(0, LOOKED_AT)) {
    const { data } = await readNpy(join(folder.root, path));
    for (const value of data) most = Math.max(most, value);
  }
  return most < 7 === (count === 7) && most < 19 ? 'label' : undefined;
}

const preset = (count: 7 | 19): Preset => ({
  name: `cityscapes-mtan${count === 7 ? '' : '-19'}`,
  title: `Cityscapes in arrays of MTAN and LibMTL, ${count} classes and inverse depth (Cordts et al. 2016, Liu et al. 2019)`,
  async recognise(folder) {
    if (!hasArrays(folder, 'image', 'depth') || hasArrays(folder, 'normal')) return undefined;
    const labels = await labelsOf(folder, count);
    if (labels === undefined) return undefined;
    return {
      description: {
        name: 'cityscapes-mtan',
        images: { files: arrays('image') },
        splits: ARRAY_SPLITS,
        tasks: {
          semantic: {
            ...{ kind: 'classes', files: arrays(labels), encoding: 'npy' },
            ...{ classes: [...classes[count]], ignore: [-1] },
          },
          depth: {
            ...{ kind: 'depth', files: arrays('depth'), encoding: 'npy', invalid: [0] },
            unit: 'inverse depth',
          },
        },
      },
      reasons: [
        `images: ${counted(folder, arrays('image'))}`,
        `semantic: ${counted(folder, arrays(labels))}: ${count} classes, -1 never counts`,
        `depth: ${counted(folder, arrays('depth'))}: inverse depth in a unit of its own, 0 not known`,
        'splits: train and val, the latter the 500 frames that published tables are of',
      ],
    };
  },
});

/** Cityscapes as MTAN's authors prepared it, with the 7 groups of classes, which LibMTL's copy has alone. */
export const cityscapesMtan = preset(7);

/** The same with the 19 classes that are evaluated. */
export const cityscapesMtan19 = preset(19);
