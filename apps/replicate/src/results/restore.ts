import { join } from 'node:path';
import { restoreRun } from '@scene-mtl/lab';
import { readPublished } from './published.ts';

/** What came of putting published runs back. */
export interface Restored {
  readonly runs: number;
  /** Those of them that were not there. */
  readonly made: number;
}

/**
 * Puts the runs of a published group into a folder of runs, as finished ones without weights: experiments then
 * train what is missing only. Runs that are there stay as they are.
 * @param folder of the group, `results/quick`
 * @param root `runs/trained`
 * @param from what errors call the group
 * @throws when the folder holds no group
 */
export async function restoreGroup(folder: string, root: string, from: string): Promise<Restored> {
  const group = await readPublished(folder);
  if (!group) {
    throw new Error(`${folder}: no published group (group.json); give a folder of results/`);
  }
  let made = 0;
  for (const [id, summary] of group.runs) {
    const prefix = `${id}/`;
    const pictures = new Map(
      [...group.pictures]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, bytes]) => [path.slice(prefix.length), bytes] as const),
    );
    const measured = group.measured.get(id) ?? {};
    if (await restoreRun(join(root, id), { summary, measured, pictures, from })) made++;
  }
  return { runs: group.runs.size, made };
}
