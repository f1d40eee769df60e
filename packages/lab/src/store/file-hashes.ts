import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import type { Contents } from '../specs/contents.ts';
import { hashOfText } from '../specs/hash.ts';
import { isObject } from '../specs/json.ts';

/** How {@link contentsOf} works. */
export interface HashOptions {
  /** Folder that keeps the hashes, so that a file is read again only when it has changed. */
  readonly cache: string;
  /** Called with the number of files looked at, and of all, once it has taken two seconds. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Size, times of the last change of content and of the entry (ms), and hash of a file. */
type Known = readonly [size: number, mtime: number, ctime: number, hash: string];

const AT_A_TIME = 16;
/** ms before which nobody waits for a progress line. */
const SOON = 2000;

/**
 * Hashes of files. One whose size and times are those of the last look is not read again; the time of
 * the entry is among them, which copying and `touch` cannot set. A cache that cannot be read or
 * written costs time, nothing else.
 * @param files paths; one that comes twice counts once
 * @throws naming a file that cannot be read
 */
export async function contentsOf(
  root: string,
  files: Iterable<string>,
  { cache, onProgress }: HashOptions,
): Promise<Contents> {
  const place = join(cache, `${hashOfText(resolve(root))}.json`);
  const known = await cached(place);
  const paths = [...new Set(files)];
  const names = paths.map((path) => relative(root, path).split(sep).join('/'));
  const found = new Array<Known>(paths.length);
  const started = performance.now();
  let next = 0;
  let done = 0;
  let read = 0;
  const work = async (): Promise<void> => {
    while (next < paths.length) {
      const i = next++;
      const before = known.get(names[i]);
      found[i] = await lookedAt(paths[i], before);
      if (found[i] !== before) read++;
      done++;
      if (performance.now() - started > SOON) onProgress?.(done, paths.length);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  if (read > 0) {
    // Other runs take other frames of the same folder: theirs stay.
    for (const [i, name] of names.entries()) known.set(name, found[i]);
    const text = JSON.stringify(Object.fromEntries(known));
    await writeAtomically(place, text, { sync: false }).catch(() => {});
  }
  return { root, files: Object.fromEntries(names.map((name, i) => [name, found[i][3]])) };
}

/** What was known, where that is still so. */
async function lookedAt(file: string, known: Known | undefined): Promise<Known> {
  try {
    const { size, mtimeMs, ctimeMs } = await stat(file);
    if (known && known[0] === size && known[1] === mtimeMs && known[2] === ctimeMs) return known;
    const hash = createHash('sha256').update(await readFile(file));
    return [size, mtimeMs, ctimeMs, hash.digest('hex').slice(0, 16)];
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`${file}: cannot be read (${code})`, { cause });
  }
}

async function cached(place: string): Promise<Map<string, Known>> {
  try {
    const value: unknown = JSON.parse(await readFile(place, 'utf8'));
    return new Map(Object.entries(isObject(value) ? value : {}).filter(isKnown));
  } catch {
    return new Map();
  }
}

const isKnown = (entry: [string, unknown]): entry is [string, Known] =>
  Array.isArray(entry[1]) && entry[1].length === 4 && /^[0-9a-f]{16}$/.test(String(entry[1][3]));
