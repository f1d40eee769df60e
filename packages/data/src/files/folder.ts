import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { cannotWrite, errno } from './failure.ts';

/**
 * Makes a folder and those above it, unless they are there.
 * @param path what is to be written in it, for errors
 * @throws as `writeAtomically`; says which file stands where a folder should be
 */
export async function makeFolder(folder: string, path = folder): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (found)
    throw cannotWrite(path, errno('ENOTDIR'), `${resolve(folder)} is a file, not a folder`);
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above, path);
  try {
    // Not by `recursive`, which says of a read-only file system that the folder is not there.
    await mkdir(folder);
  } catch (cause) {
    // Another process has made it.
    const isThere = await stat(folder).then(
      (now) => now.isDirectory(),
      () => false,
    );
    if (!isThere) throw cannotWrite(path, cause);
  }
}
