import { stat } from 'node:fs/promises';
import { cannotWrite, errno } from './failure.ts';

/**
 * Makes sure that nothing is lost where files are to be written.
 * @param force replaces files; never a folder
 * @throws naming the files that are there already
 */
export async function assertFree(paths: readonly string[], force = false): Promise<void> {
  const taken: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) throw cannotWrite(path, errno('EISDIR'));
    // A device or a pipe has nothing to lose.
    if (found?.isFile()) taken.push(path);
  }
  if (taken.length === 0 || force) return;
  const [first, ...more] = taken;
  throw new Error(
    `${first}${more.length > 0 ? ` and ${more.length} more` : ''}: there already; ` +
      `choose another name, or give --force to replace ${more.length > 0 ? 'them' : 'it'}`,
  );
}
