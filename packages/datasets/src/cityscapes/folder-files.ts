import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isDebris, walk, type LeftOut, type Walk } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../dataset.ts';

/** What one folder of a Cityscapes tree (`leftImg8bit`, `gtFine`, …) holds. */
export interface FolderFiles {
  /** Path by id of the files of a split whose names have a pattern. */
  ids(split: Split, pattern: RegExp): ReadonlyMap<string, string>;
  /** Files of a known name whose frame `isFrame` does not know. */
  without(isFrame: (split: Split, id: string) => boolean): LeftOut[];
  /** What has no known name, is in no split, or cannot be read. */
  readonly leftOut: readonly LeftOut[];
  /** Of these, what cannot be read. */
  readonly unreadable: readonly LeftOut[];
}

/**
 * Sorts the files below `{root}/{folder}` by split and by the patterns of their names, whose first group is
 * the frame's id. Ids are composed (Unicode NFC), since some file systems decompose names.
 * @param patterns of the names that are read
 * @param companions files that are known, and of no use
 * @throws for a folder that cannot be listed, and for a frame that two files have
 */
export async function folderFiles(
  root: string,
  folder: string,
  patterns: readonly RegExp[],
  companions: RegExp,
): Promise<FolderFiles> {
  const found = await walkEach(root, folder);
  const { unreadable } = found;
  const leftOut = [...unreadable, ...found.again];
  const known = new Map<string, Map<string, string>>();
  const keyOf = (split: string, pattern: RegExp) => `${split} ${pattern.source}`;
  for (const below of found.files) {
    const [split, ...rest] = below.split('/').slice(1);
    const name = rest.pop() ?? split;
    if (!(SPLITS as readonly string[]).includes(split)) {
      const where = name === split ? `${folder}/` : `${folder}/${split}/`;
      leftOut.push({ path: below, reason: `in ${where}, which is none of train, val and test` });
      continue;
    }
    const pattern = patterns.find((one) => one.test(name));
    if (pattern === undefined) {
      if (!companions.test(name)) {
        leftOut.push({ path: below, reason: `in ${folder}/ with a name that is not read` });
      }
      continue;
    }
    const id = pattern.exec(name)![1].normalize('NFC');
    const ids = known.get(keyOf(split, pattern)) ?? new Map<string, string>();
    known.set(keyOf(split, pattern), ids);
    const file = join(root, below);
    const other = ids.get(id);
    if (other !== undefined) {
      throw new Error(`${file}: a second file of the frame '${id}', beside ${other}; leave one`);
    }
    ids.set(id, file);
  }
  return {
    ids: (split, pattern) => known.get(keyOf(split, pattern)) ?? new Map(),
    without: (isFrame) =>
      SPLITS.flatMap((split) =>
        patterns.flatMap((pattern) =>
          Array.from(known.get(keyOf(split, pattern)) ?? [])
            .filter(([id]) => !isFrame(split, id))
            .map(([, file]) => ({
              path: relative(root, file),
              reason: `in ${folder}/ without a photograph of their frame`,
            })),
        ),
      ),
    leftOut,
    unreadable,
  };
}

/**
 * What lies below `{root}/{folder}`, each of its own folders for itself: a split may be a link to another.
 * @returns paths below `root`
 */
async function walkEach(root: string, folder: string): Promise<Walk> {
  const parts: Walk[] = [];
  for (const name of await namesIn(root, folder)) {
    const path = name === '' ? folder : `${folder}/${name}`;
    const place = (one: LeftOut) => ({ ...one, path: [path, one.path].filter(Boolean).join('/') });
    try {
      const { files, unreadable, again } = await walk(join(root, path));
      const below = files.map((file) => `${path}/${file}`);
      parts.push({ files: below, unreadable: unreadable.map(place), again: again.map(place) });
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
      if (code === 'ENOTDIR') parts.push({ files: [path], unreadable: [], again: [] });
      else if (code !== 'ENOENT' && code !== 'ELOOP') throw error;
      else {
        const reason = `a link that leads nowhere (${code})`;
        parts.push({ files: [], unreadable: [{ path, reason }], again: [] });
      }
    }
  }
  return {
    files: parts.flatMap(({ files }) => files),
    unreadable: parts.flatMap(({ unreadable }) => unreadable),
    again: parts.flatMap(({ again }) => again),
  };
}

/** Names in `{root}/{folder}`, sorted; none where there is no such folder, '' where it is a dead link. */
async function namesIn(root: string, folder: string): Promise<string[]> {
  const path = join(root, folder);
  try {
    return (await readdir(path)).filter((name) => !isDebris(name)).sort();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) return [];
    if (code === 'ENOENT' || code === 'ELOOP') return [''];
    throw new Error(`${path}: the folder cannot be listed (${code})`, { cause });
  }
}
