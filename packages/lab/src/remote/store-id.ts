import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { z } from 'zod';
import { json, readJsonIfPresent } from '../store/files.ts';
import { alone } from '../store/lock.ts';

/** Of what says what a place of runs is known by. */
export const storeSchema = z.looseObject({ store: z.string().regex(/^[0-9a-f]{12}$/) });

/** Where a folder of runs says what it is known by. */
export const storeFile = (runs: string): string => join(runs, 'trained', 'store.json');

/**
 * What a folder of runs is known by wherever it is mounted: 12 hex digits in `trained/store.json`. Made once;
 * of several that make it at the same time all take the same.
 */
export async function storeId(runs: string): Promise<string> {
  const folder = join(runs, 'trained');
  const file = storeFile(runs);
  const known = async () => (await readJsonIfPresent(file, storeSchema))?.store;
  const there = await known();
  if (there !== undefined) return there;
  const make = async (): Promise<string> => {
    const made = (await known()) ?? randomBytes(6).toString('hex');
    await writeAtomically(file, json({ store: made }));
    return made;
  };
  return alone(folder, make, { onWaiting: () => {} });
}
