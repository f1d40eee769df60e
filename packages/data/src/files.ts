import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Ending of a file that is still being written; one that stays behind is of a process that died. */
export const PARTIAL = '.partial';

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
 * threads and processes may write the same file; a failure leaves nothing behind.
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string,
  { sync = true, write = (file, bytes) => written(file, bytes, sync) }: AtomicWriteOptions = {},
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const partial = `${path}.${randomUUID()}${PARTIAL}`;
  try {
    await write(partial, content);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {});
    throw cause;
  }
  // The rename itself is on the disk only once its folder is.
  if (sync) await flushed(folder);
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

async function flushed(folder: string): Promise<void> {
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
