import type { LeftOut } from '@scene-mtl/data/walk';
import { patternOf } from './pattern.ts';

/** Files of a task. */
export interface LabelFiles {
  /** By frame, of the first form that the frame has. */
  readonly first: ReadonlyMap<string, Match>;
  readonly all: readonly Match[];
  /** Files that are of the task, below the folder. */
  readonly taken: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Files of a task's forms, the best form first.
 * @param field of the description, for errors
 */
export function labelFiles(
  files: readonly string[],
  forms: readonly string[],
  field: string,
): LabelFiles {
  const first = new Map<string, Match>();
  const all: Match[] = [];
  const leftOut: LeftOut[] = [];
  const known = new Set<string>();
  for (const form of forms) {
    for (const [key, one] of matches(files, form, field)) {
      if (known.has(one.path)) continue;
      known.add(one.path);
      all.push(one);
      if (!first.has(key)) first.set(key, one);
      else
        leftOut.push({ path: one.path, reason: `a label of a frame that has one of ${forms[0]}` });
    }
  }
  return { first, all, taken: [...known], leftOut };
}

/**
 * Folder of the split of each frame, where only labels tell it.
 * @throws where two labels of one frame are of two splits
 */
export function foldersByLabels(
  labels: ReadonlyMap<string, LabelFiles>,
  source: string,
): Map<string, string> {
  const found = new Map<string, Match & { readonly folder: string }>();
  for (const [, { first }] of labels) {
    for (const { id, folder, path } of first.values()) {
      if (folder === undefined) continue;
      const before = found.get(id);
      if (before && before.folder !== folder) {
        throw new Error(
          `${source}: splits: ${before.path} and ${path} are of one image and two splits; leave one`,
        );
      }
      found.set(id, { id, folder, path });
    }
  }
  return new Map([...found].map(([id, { folder }]) => [id, folder]));
}

/** A file of a frame. */
export interface Match {
  readonly id: string;
  readonly folder: string | undefined;
  readonly path: string;
}

/** Ids of two splits are two frames where splits are folders. */
export const keyOf = ({ id, folder }: Pick<Match, 'id' | 'folder'>): string =>
  JSON.stringify([folder ?? null, id]);

/** Files of a form, by frame. @throws naming both files where two are of one frame */
export function matches(files: readonly string[], text: string, field: string): Map<string, Match> {
  const pattern = patternOf(text);
  const found = new Map<string, Match>();
  for (const path of files) {
    const match = pattern.match(path);
    if (!match) continue;
    const one = { id: match.id, folder: match.split, path };
    const before = found.get(keyOf(one));
    if (before) {
      throw new Error(
        `${field}: ${before.path} and ${path} are both of the id '${match.id}'; leave one, or say more of their names`,
      );
    }
    found.set(keyOf(one), one);
  }
  return found;
}
