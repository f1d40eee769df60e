import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { z } from 'zod';
import { json, readJsonIfPresent } from '../store/files.ts';
import { alone } from '../store/lock.ts';

const schema = z.looseObject({ store: z.string().regex(/^[0-9a-f]{12}$/) });

/**
 * What a folder of runs is known by wherever it is mounted: 12 hex digits in `trained/store.json`. Made once;
 * of several that make it at the same time all take the same.
 */
export async function storeId(runs: string): Promise<string> {
  const folder = join(runs, 'trained');
  const file = join(folder, 'store.json');
  const known = async () => (await readJsonIfPresent(file, schema))?.store;
  const there = await known();
  if (there !== undefined) return there;
  const make = async (): Promise<string> => {
    const made = (await known()) ?? randomBytes(6).toString('hex');
    await writeAtomically(file, json({ store: made }));
    return made;
  };
  return alone(folder, make, { onWaiting: () => {} });
}
