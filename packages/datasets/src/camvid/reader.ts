import {
  assertSize,
  centresOf,
  classMap,
  objectMap,
  photo,
  resizeNearest,
  VOID,
} from '@scene-mtl/data';
import type { Dataset, Split } from '../dataset.ts';
import { readIds } from '../image/ids.ts';
import { photoSize, readPhoto } from '../image/photo.ts';
import { assertSizeOfPhoto } from '../image/same-size.ts';
import { readLists, type Pair } from './lists.ts';
import { pseudoObjects } from './pseudo-objects.ts';

// Names and colours in the order of the SegNet split of CamVid (Badrinarayanan et al. 2017).
const classes: [string, [number, number, number]][] = [
  ['sky', [128, 128, 128]],
  ['building', [128, 0, 0]],
  ['pole', [192, 192, 128]],
  ['road', [128, 64, 128]],
  ['pavement', [60, 40, 222]],
  ['tree', [128, 128, 0]],
  ['sign symbol', [192, 128, 128]],
  ['fence', [64, 64, 128]],
  ['car', [64, 0, 128]],
  ['pedestrian', [64, 64, 0]],
  ['bicyclist', [0, 128, 192]],
];
const UNLABELLED = classes.length;
const INSTANCE_CLASSES = ['car', 'pedestrian', 'bicyclist'].map((name) =>
  classes.findIndex(([other]) => other === name),
);

/** How CamVid is read. */
export interface CamVidOptions {
  /** Components of fewer px (at the size read) are no objects; default 4. */
  readonly minimumPixels?: number;
}

/**
 * CamVid in the SegNet split: `train.txt`, `val.txt` and `test.txt` with lines
 * `train/X.jpg trainannot/X.png` (`readLists`); 11 classes, 11 is void.
 *
 * CamVid marks no single objects: instances here are connected components (8-connectivity) of car,
 * pedestrian and bicyclist at the size read, so objects that touch are one. There is no disparity.
 * @throws when a list is malformed or files are missing; the message lists them
 */
export async function openCamVid(
  root: string,
  { minimumPixels = 4 }: CamVidOptions = {},
): Promise<Dataset> {
  const { frames, leftOut, notes } = await readLists(root);
  const pairOf = (id: string, split: Split): Pair => {
    const pair = frames[split].get(id);
    if (pair === undefined) throw new Error(`${root}: no frame '${id}' in split '${split}'`);
    return pair;
  };

  return {
    name: 'camvid',
    fields: ['semantic', 'instance'],
    legend: {
      classes: classes.map(([name]) => name),
      palette: classes.map(([, colour]) => colour),
      instanceClasses: INSTANCE_CLASSES,
    },
    leftOut,
    notes,
    list: (split) => [...frames[split].keys()],
    files: (id, split) => {
      const { photo, annotation } = pairOf(id, split);
      return [photo, annotation];
    },
    nativeSize: async (id, split) => photoSize(pairOf(id, split).photo),
    async read(id, split, size) {
      assertSize(`read ${id}`, size);
      const pair = pairOf(id, split);
      const picture = await readPhoto(pair.photo, size);
      const annotation = await readIds(pair.annotation);
      assertSizeOfPhoto(pair.annotation, annotation, picture.native);
      const labels = resizeNearest(annotation.data, picture.native, size);
      const semantic = Uint8Array.from(labels, (label, i) => {
        if (label < UNLABELLED) return label;
        if (label === UNLABELLED) return VOID;
        throw new Error(
          `${pair.annotation}: label ${label} at pixel ${i} of ${size.height} × ${size.width} is outside CamVid's table (0–${UNLABELLED})`,
        );
      });
      const instance = pseudoObjects(semantic, size, INSTANCE_CLASSES, minimumPixels);
      return {
        id,
        fields: {
          image: photo(size, picture.data),
          semantic: classMap(size, semantic),
          instance: objectMap(size, instance, centresOf(instance, size.width)),
        },
      };
    },
  };
}
