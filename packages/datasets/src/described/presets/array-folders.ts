import { posix } from 'node:path';
import type { WrittenDescription } from '../schema.ts';
import type { UnpackedFolder } from './preset.ts';

/** Splits of MTAN's and LibMTL's arrays: `train` and `val`, the latter being the test frames of their tables. */
export const ARRAY_SPLITS: WrittenDescription['splits'] = {
  by: 'folder',
  train: 'train',
  val: 'val',
};

/** Whether there are arrays of each of some names in `train` and `val`. */
export const hasArrays = (folder: UnpackedFolder, ...names: readonly string[]): boolean =>
  names.every((name) => {
    const splits = folder.of(arrays(name)).map(({ split }) => split);
    return splits.includes('train') && splits.includes('val');
  });

/** Form of the arrays of a name. */
export const arrays = (name: string): string => posix.join('{split}', name, '{id}.npy');
