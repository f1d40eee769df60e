import { access, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  assertSize,
  centresOf,
  classMap,
  objectMap,
  photo,
  resizeNearest,
  VOID,
} from '@scene-mtl/data';
import { SPLITS, type Dataset, type Split } from '../dataset.ts';
import { readGrey8, readPhoto } from '../image/read.ts';
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
const SHOWN = 20;

/** How CamVid is read. */
export interface CamVidOptions {
  /** Components of fewer px (at the size read) are no objects; default 4. */
  readonly minimumPixels?: number;
}

interface Pair {
  readonly photo: string;
  readonly annotation: string;
}

/**
 * CamVid in the SegNet split: `train.txt`, `val.txt` and `test.txt` with lines
 * `train/X.jpg trainannot/X.png`; 11 classes, 11 is void.
 *
 * CamVid marks no single objects: instances here are connected components (8-connectivity) of car,
 * pedestrian and bicyclist at the size read, so objects that touch are one. There is no disparity.
 * @throws when a list is malformed or files are missing; the message lists them
 */
export async function openCamVid(
  root: string,
  { minimumPixels = 4 }: CamVidOptions = {},
): Promise<Dataset> {
  const frames = {} as Record<Split, Map<string, Pair>>;
  for (const split of SPLITS) frames[split] = await readList(root, split);
  await assertPresent(
    root,
    SPLITS.flatMap((split) => [...frames[split].values()]),
  );

  return {
    name: 'camvid',
    fields: ['semantic', 'instance'],
    legend: {
      classes: classes.map(([name]) => name),
      palette: classes.map(([, colour]) => colour),
      instanceClasses: INSTANCE_CLASSES,
    },
    list: (split) => [...frames[split].keys()],
    files: (id, split) => Object.values(frames[split].get(id) ?? {}) as string[],
    async read(id, split, size) {
      assertSize(`read ${id}`, size);
      const pair = frames[split].get(id);
      if (pair === undefined) throw new Error(`${root}: no frame '${id}' in split '${split}'`);
      const picture = await readPhoto(pair.photo, size);
      const annotation = await readGrey8(pair.annotation);
      if (
        annotation.width !== picture.native.width ||
        annotation.height !== picture.native.height
      ) {
        throw new Error(
          `${pair.annotation}: ${annotation.height} × ${annotation.width} px, but its photograph has ${picture.native.height} × ${picture.native.width}`,
        );
      }
      const semantic = resizeNearest(annotation.data, picture.native, size).map((label, i) => {
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

async function readList(root: string, split: Split): Promise<Map<string, Pair>> {
  const file = join(root, `${split}.txt`);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${file}: cannot be read (${cause.code}); CamVid needs its three lists`, {
      cause,
    });
  });
  const pairs = new Map<string, Pair>();
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const [photo, annotation, ...rest] = line.trim().split(/\s+/);
    if (annotation === undefined || rest.length > 0) {
      throw new Error(`${file}:${i + 1}: expected 'photo annotation', got '${line}'`);
    }
    pairs.set(basename(photo).replace(/\.[^.]+$/, ''), {
      photo: join(root, photo),
      annotation: join(root, annotation),
    });
  });
  return pairs;
}

async function assertPresent(root: string, pairs: Pair[]): Promise<void> {
  const files = pairs.flatMap(({ photo, annotation }) => [photo, annotation]);
  const present = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  const missing = files.filter((_, i) => !present[i]);
  if (missing.length === 0) return;
  const shown = missing.slice(0, SHOWN).map((file) => `\n  ${file}`);
  const rest = missing.length > SHOWN ? `\n  and ${missing.length - SHOWN} more` : '';
  throw new Error(`${root}: ${missing.length} listed files are missing:${shown.join('')}${rest}`);
}
