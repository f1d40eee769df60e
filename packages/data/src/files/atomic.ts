import { lstat, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { partialPath, sweepOnce } from './abandoned.ts';
import { cannotWrite, errno } from './failure.ts';
import { makeFolder } from './folder.ts';

export { PARTIAL } from './abandoned.ts';

/** How `writeAtomically` writes. */
export interface AtomicWriteOptions {
  /**
   * Whether the content is flushed to the disk before it takes its name, so that it survives a loss of
   * power too; default true. False where what is lost is made again, as in a cache.
   */
  readonly sync?: boolean;
  /** Writes the partial file; for tests of full disks. */
  readonly write?: (path: string, content: Uint8Array | string) => Promise<void>;
}

/**
 * Writes a file, and the folders above it, so that a crash leaves either the old content or the new,
 * never a part: under a name of its own beside it, flushed to the disk, then renamed. Any number of
 * threads and processes may write the same file; a failure leaves nothing behind, and what a process
 * that died was writing in the folder goes. A link stays one: the file that it leads to is replaced.
 * A device or a pipe takes the content as it is.
 * @throws one line that names the file, what was wrong with it, and what helps (`cannotWrite`)
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string,
  options: AtomicWriteOptions = {},
): Promise<void> {
  await (await staged(path, content, options)).take();
}

/** A file that is whole on the disk but has not got its name. */
export interface Staged {
  /** Gives it its name. */
  readonly take: () => Promise<void>;
  /** Removes it. */
  readonly drop: () => Promise<void>;
}

/**
 * Writes a file under a name of its own.
 * @throws as `writeAtomically`
 */
export async function staged(
  path: string,
  content: Uint8Array | string,
  { sync = true, write = (file, bytes) => written(file, bytes, sync) }: AtomicWriteOptions,
): Promise<Staged> {
  const file = await targetOf(path);
  if (file === undefined) {
    return { take: () => writeFile(path, content).catch(failing(path)), drop: async () => {} };
  }
  const folder = dirname(file);
  await makeFolder(folder, path);
  await sweepOnce(folder);
  const partial = partialPath(file);
  const drop = () => rm(partial, { force: true }).catch(() => {});
  const orFail = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (cause) {
      await drop();
      throw cannotWrite(path, cause);
    }
  };
  await orFail(write(partial, content));
  const take = async (): Promise<void> => {
    await orFail(rename(partial, file));
    // The rename itself is on the disk only once its folder is.
    if (sync) await flushed(folder, path);
  };
  return { take, drop };
}

/**
 * What is to be replaced: the path, or the file that a link there leads to; undefined for what is written
 * into.
 * @throws for a folder
 */
async function targetOf(path: string): Promise<string | undefined> {
  // Resolved, the empty path would be the folder that one is in.
  if (path === '') throw cannotWrite("''", errno('ENOENT'), 'no name was given');
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isFile()) return path;
  const behind = found.isSymbolicLink() ? await stat(path).catch(() => undefined) : found;
  // A link that leads nowhere is replaced.
  if (!behind) return path;
  if (behind.isDirectory()) throw cannotWrite(path, errno('EISDIR'));
  return behind.isFile() ? realpath(path) : undefined;
}

async function written(path: string, content: Uint8Array | string, sync: boolean): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    if (sync) await file.sync();
  } finally {
    await file.close();
  }
}

/** Flushes the names in a folder, where the file system can; the file itself is there. */
async function flushed(folder: string, path: string): Promise<void> {
  try {
    const opened = await open(folder, 'r');
    try {
      await opened.sync();
    } finally {
      await opened.close();
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EIO') throw cannotWrite(path, cause);
  }
}

const failing = (path: string) => (cause: unknown) => {
  throw cannotWrite(path, cause);
};
