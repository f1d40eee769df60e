import { posix } from 'node:path';

/** Files of one form: a folder, what their names begin and end with, an ending. */
export interface FileGroup {
  /** Folder with `{split}` for the name of a split, '' for the root. */
  readonly folder: string;
  /** Before and after the id in every name. */
  readonly before: string;
  readonly after: string;
  /** With the point. */
  readonly ending: string;
  readonly files: readonly GroupedFile[];
}

/** A file with its place in its group. */
export interface GroupedFile {
  readonly path: string;
  /** Name without the ending. */
  readonly stem: string;
  /** Name of the folder that stands for a split, if one does. */
  readonly split: string | undefined;
}

/** Folders that stand for a split, by what they are called. */
export const SPLIT_FOLDERS = {
  train: ['train', 'training'],
  val: ['val', 'valid', 'validation', 'dev'],
  test: ['test', 'testing'],
} as const;

const splitNames: readonly string[] = Object.values(SPLIT_FOLDERS).flat();

/** Endings whose files may be images or labels. */
const KNOWN = /\.(png|jpe?g|webp|avif|tiff?|npy|txt)$/i;

/**
 * Files in groups of one form: those of a folder with one ending and, where names in it end with several words
 * (`a_rgb.png`, `a_mask.png`), one word. Folders named as splits count as one.
 */
export function groupsOf(files: readonly string[]): FileGroup[] {
  const byFolder = new Map<string, GroupedFile[]>();
  for (const path of files) {
    const ending = KNOWN.exec(path)?.[0];
    if (ending === undefined) continue;
    const parts = posix.dirname(path).split('/');
    const at = parts.findIndex((part) => splitNames.includes(part.toLowerCase()));
    const split = at < 0 ? undefined : parts[at];
    if (at >= 0) parts[at] = '{split}';
    const folder = parts[0] === '.' ? '' : parts.join('/');
    const key = JSON.stringify([folder, ending]);
    const stem = posix.basename(path, ending);
    const list = byFolder.get(key) ?? [];
    list.push({ path, stem, split });
    byFolder.set(key, list);
  }
  return [...byFolder].flatMap(([key, all]) => {
    const [folder, ending] = JSON.parse(key) as [string, string];
    return byLastWord(all).map(({ after, files: some }): FileGroup => ({
      ...{ folder, ending, before: '', after, files: some },
    }));
  });
}

/** Split by the last word of the names, where there are at least two words that half of the files end with one of. */
function byLastWord(files: readonly GroupedFile[]): Pick<FileGroup, 'after' | 'files'>[] {
  const words = new Map<string, GroupedFile[]>();
  for (const file of files) {
    const word = /[_-][A-Za-z][A-Za-z0-9]*$/.exec(file.stem)?.[0] ?? '';
    const list = words.get(word) ?? [];
    list.push(file);
    words.set(word, list);
  }
  // A word for each file is part of the id: `garden_rose`, `garden_tulip`.
  const isForm = words.size <= 8 && words.size * 2 <= files.length;
  if (!isForm || (words.size === 1 && words.has(''))) return [{ after: '', files }];
  return [...words].map(([after, some]) => ({ after, files: some }));
}

/** Id of a file by its group. */
export const idIn = ({ before, after }: FileGroup, { stem }: GroupedFile): string =>
  stem.slice(before.length, stem.length - after.length);

/** Frame of a file: its split's folder and its id. */
export const frameIn = (group: FileGroup, file: GroupedFile): string =>
  `${file.split ?? ''}/${idIn(group, file)}`;

/** The group as a pattern of `dataset.json`. */
export const patternIn = ({ folder, before, after, ending }: FileGroup): string =>
  [...(folder === '' ? [] : [folder]), `${before}{id}${after}${ending}`].join('/');
