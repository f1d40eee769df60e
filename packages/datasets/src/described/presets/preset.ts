import { patternOf } from '../pattern.ts';
import type { WrittenDescription } from '../schema.ts';

/** A published data set whose folders, as they are unpacked, need no description by hand. */
export interface Preset {
  /** As `data init --preset` takes it: `kitti-2015`. */
  readonly name: string;
  /** What it is, with its authors. */
  readonly title: string;
  /**
   * The description of a folder that has the form of the published one, or undefined for another folder.
   * @throws naming a file that should say more of the form and cannot be read
   */
  recognise(folder: UnpackedFolder): Promise<Recognised | undefined> | Recognised | undefined;
}

/** What a preset makes of a folder. */
export interface Recognised {
  readonly description: WrittenDescription;
  /** By what it was known and what was decided, a line each. */
  readonly reasons: readonly string[];
}

/** Files below a folder. */
export interface UnpackedFolder {
  readonly root: string;
  /** Below the root, with `/`, sorted. */
  readonly files: readonly string[];
  /** Files of a form (`patternOf`), with the folder that stands for `{split}`. */
  of(form: string): readonly UnpackedFile[];
}

/** A file of a form. */
export interface UnpackedFile {
  readonly path: string;
  readonly split: string | undefined;
}

/**
 * A folder by its files.
 * @example
 * ```ts
 * import { unpackedFolder } from '@scene-mtl/datasets';
 * const folder = unpackedFolder('nyuv2', ['train/depth/0.npy', 'train/image/0.npy']);
 * folder.of('{split}/image/{id}.npy'); // → [{ path: 'train/image/0.npy', split: 'train' }]
 * ```
 */
export function unpackedFolder(root: string, files: readonly string[]): UnpackedFolder {
  return {
    root,
    files,
    of(form) {
      const pattern = patternOf(form);
      return files.flatMap((path) => {
        const found = pattern.match(path);
        return found ? [{ path, split: found.split }] : [];
      });
    },
  };
}

/** `training/disp_occ_0/{id}_10.png, 200 files`: how a line of reasons begins. */
export const counted = (folder: UnpackedFolder, form: string): string =>
  `${form}, ${folder.of(form).length} files`;
