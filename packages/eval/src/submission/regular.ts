import { stat } from 'node:fs/promises';

/**
 * Checks that a path leads to a file, not to a folder, nor to a pipe or device, which might never end. What
 * is not there is left to whoever reads it.
 * @throws Error naming it
 */
export async function checkRegular(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found || found.isFile()) return;
  throw new Error(`${file}: is ${found.isDirectory() ? 'a folder' : 'no regular file'}`);
}
