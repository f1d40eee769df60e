import { readdir } from 'node:fs/promises';
import { openCamVid, type CamVidOptions } from './camvid/reader.ts';
import { openCityscapes, type CityscapesOptions } from './cityscapes/reader.ts';
import type { Dataset } from './dataset.ts';
import { openNamed, openRecognised } from './define.ts';
import { openDescribed } from './described/reader.ts';
import { DESCRIPTION } from './described/schema.ts';
import { openMultiMnist, type MultiMnistOptions } from './mnist/dataset.ts';
import { MANIFEST } from './street/tree/manifest.ts';

/** A published form that is read without a description. */
interface Reader {
  readonly what: string;
  fits(names: ReadonlySet<string>): boolean;
  open(root: string, names: ReadonlySet<string>, options: OpenOptions): Promise<Dataset>;
}

const readers: readonly Reader[] = [
  {
    what: 'a Cityscapes tree',
    fits: (names) => names.has('leftImg8bit'),
    open: (root, names, options) =>
      openCityscapes(root, { name: names.has(MANIFEST) ? 'street' : 'cityscapes', ...options }),
  },
  {
    what: 'CamVid in the SegNet split',
    fits: (names) => names.has('train.txt') && names.has('trainannot'),
    open: (root, _, options) => openCamVid(root, options),
  },
  {
    what: 'the files of MNIST',
    fits: (names) => names.has('train-images-idx3-ubyte.gz'),
    open: (root, _, options) => openMultiMnist(root, options),
  },
];

/**
 * What a folder is, in words, where it is of a published form that is read without `dataset.json`.
 * @param names of the files and folders in it
 * @example
 * ```ts
 * import { readAsItIs } from '@scene-mtl/datasets';
 * readAsItIs(new Set(['train.txt', 'train', 'trainannot'])); // → 'CamVid in the SegNet split'
 * ```
 */
export const readAsItIs = (names: ReadonlySet<string>): string | undefined =>
  readers.find((reader) => reader.fits(names))?.what;

/** Options of whichever reader the folder needs; the others' are left unused. */
export type OpenOptions = CityscapesOptions & CamVidOptions & MultiMnistOptions;

/**
 * Opens a folder as a data set: one's own, described by `dataset.json`; a Cityscapes tree (has `leftImg8bit`), official or generated; CamVid
 * in the SegNet split (has `train.txt` and `trainannot`); or MultiMNIST from the files of MNIST (has
 * `train-images-idx3-ubyte.gz`). What `defineDataset` added is opened by its name, or by a folder that it recognises.
 * @throws for a folder that is missing, unreadable or neither of these
 * @example
 * ```ts
 * import { generateTree, openDataset } from '@scene-mtl/datasets';
 * const size = { height: 32, width: 64 };
 * await generateTree({ out: 'street', frames: { train: 1, val: 1 }, ...size, seed: 1 });
 * const dataset = await openDataset('street');
 * const { fields } = await dataset.read(dataset.list('val')[0], 'val', size);
 * Object.keys(fields).sort(); // → ['camera', 'depth', 'image', 'instance', 'semantic']
 * ```
 */
export async function openDataset(root: string, options: OpenOptions = {}): Promise<Dataset> {
  const own = await openNamed(root);
  if (own) return own;
  let names: Set<string>;
  try {
    names = new Set(await readdir(root));
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such folder'
        : code === 'ENOTDIR'
          ? 'this is a file, expected a folder'
          : `the folder cannot be listed (${code})`;
    throw new Error(
      `${root}: ${why}; give the root of a Cityscapes tree, of CamVid or of your own data, or generate one with 'data generate'`,
      { cause },
    );
  }
  const recognised = await openRecognised(root, names);
  if (recognised) return recognised;
  if (names.has(DESCRIPTION)) return openDescribed(root);
  const reader = readers.find((one) => one.fits(names));
  if (reader) return reader.open(root, names, options);
  const found = [...names].sort().slice(0, 8).join(', ') || 'nothing';
  throw new Error(
    `${root}: not a data set; expected 'dataset.json' (your own, and KITTI, NYUv2 and others: 'data init' writes it), 'leftImg8bit' (Cityscapes), 'train.txt' and 'trainannot' (CamVid) or 'train-images-idx3-ubyte.gz' (MNIST), found ${found}`,
  );
}
