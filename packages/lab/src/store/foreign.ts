import { readdir } from 'node:fs/promises';
import { PARTIAL } from '@scene-mtl/data/files';

/** What a run or the tables of an experiment leave in their folder from its beginning on. */
const OURS = ['config.json', 'data.json', 'run.json', 'environment.json', 'result.json'];

/**
 * Makes sure that a folder in which no configuration is kept holds no files of something else, which those
 * of a run would come among, and some of which they would replace.
 * @throws naming some of them
 */
export async function assertNotForeign(folder: string): Promise<void> {
  const all = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    const what = cause.code === 'ENOTDIR' ? 'is a file' : `cannot be read (${cause.code})`;
    throw new Error(`${folder}: ${what}; give another --name`, { cause });
  });
  const names = all.filter((name) => !name.startsWith('lock') && !name.endsWith(PARTIAL));
  if (names.length === 0 || names.some((name) => OURS.includes(name))) return;
  const shown = names.slice(0, 3).join(', ');
  const rest = names.length > 3 ? ', …' : '';
  throw new Error(
    `${folder}: holds files that are of no run (${shown}${rest}); give another --name`,
  );
}
