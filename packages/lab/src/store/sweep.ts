import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PARTIAL } from '@scene-mtl/data/files';

/** Folders of a run that only who has locked it writes in, at any depth. */
const OWN = ['measured', 'predictions'];

/**
 * Deletes the files that a killed process was writing in a run's folder. Only for who has locked it.
 * Other folders in it are left: what looks at a finished run writes there without a lock.
 */
export async function sweepPartial(folder: string): Promise<void> {
  const own = await Promise.all(
    OWN.map(async (name) =>
      (await namesIn(join(folder, name), true)).map((file) => join(name, file)),
    ),
  );
  for (const name of [...(await namesIn(folder, false)), ...own.flat()]) {
    if (name.endsWith(PARTIAL)) await rm(join(folder, name), { force: true });
  }
}

const namesIn = (folder: string, recursive: boolean): Promise<string[]> =>
  readdir(folder, { recursive }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
