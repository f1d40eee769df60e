import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PARTIAL } from '@scene-mtl/data/files';
import { isClaim } from '../store/lock.ts';

/** A file of a run as it was at one moment. */
export interface Frozen {
  /** From the run's folder, with slashes. */
  readonly path: string;
  /** Where these bytes stay, whatever becomes of the run's own file. */
  readonly file: string;
  /** A log may have grown since: these count. */
  readonly bytes: number;
}

/** Files of a run, but for locks and what is being written; none where there is no folder. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(unlessGone);
  return (entries ?? [])
    .filter((entry) => entry.isFile() && !entry.name.endsWith(PARTIAL))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !isClaim(path));
}

/**
 * The files of a run as they might be found if the process that works on it were killed: what a file says is there
 * was written before it, so the newest are taken first. Links, where the file system has them: a checkpoint that the
 * run deletes meanwhile stays whole until it is sent, and nothing is copied.
 * @param place emptied before
 */
export async function frozen(folder: string, place: string): Promise<Frozen[]> {
  for (;;) {
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    const seen = await Promise.all(
      (await filesOf(folder)).map(async (path) => ({
        path,
        facts: await stat(join(folder, path), { bigint: true }).catch(unlessGone),
      })),
    );
    // One that is gone already belonged to a moment that is over.
    if (seen.some(({ facts }) => facts === undefined)) continue;
    const newestFirst = seen.sort((a, b) => Number(b.facts!.mtimeNs - a.facts!.mtimeNs));
    const taken: Frozen[] = [];
    for (const [i, { path }] of newestFirst.entries()) {
      const file = join(place, String(i));
      const bytes = await takenAs(join(folder, path), file);
      if (bytes === undefined) break;
      taken.push({ path, file, bytes });
    }
    if (taken.length === newestFirst.length) return taken;
  }
}

/** Undefined where the file is gone. */
async function takenAs(from: string, to: string): Promise<number | undefined> {
  try {
    await link(from, to).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw error;
      return copyFile(from, to);
    });
    return (await stat(to)).size;
  } catch (error) {
    return unlessGone(error);
  }
}

/** SHA-256 of the first bytes of a file, in hex. */
export async function sha256Of(file: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes > 0) {
    await pipeline(createReadStream(file, { end: bytes - 1, highWaterMark: 2 ** 20 }), hash);
  }
  return hash.digest('hex');
}

const unlessGone = (error: unknown): undefined => {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
};
