import { join } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { z } from 'zod';
import { json, readJsonIfPresent } from './files.ts';
import { assertNotForeign } from './foreign.ts';

/** A configuration as a folder keeps it. */
export interface KeptConfig {
  /** Without folders of this machine. */
  readonly config: unknown;
  /** Fills in what a folder of before an option was there did not say. */
  readonly schema: z.ZodType;
  /** What of it must stay the same; without it all. */
  readonly decisive?: (config: unknown) => unknown;
}

/**
 * Checks that a folder is free or was started with this configuration, so that it never mixes the
 * results of two.
 * @throws naming the first key that differs, or the files of something else
 */
export async function checkFolder(folder: string, kept: KeptConfig): Promise<void> {
  const { config, schema, decisive = (whole) => whole } = kept;
  const file = join(folder, 'config.json');
  const stored = await readJsonIfPresent(file, z.looseObject({}));
  if (stored === undefined) await assertNotForeign(folder);
  const known = schema.safeParse(stored).data ?? stored;
  const difference =
    known === undefined ? undefined : firstDifference(decisive(known), decisive(config), '');
  if (difference !== undefined) {
    throw new Error(
      `${file}: ${difference}; give another --name to start a new run, or delete ${folder}`,
    );
  }
}

/** Takes a folder for a configuration: `checkFolder`, then writes `config.json`. */
export async function claimFolder(folder: string, kept: KeptConfig): Promise<void> {
  await checkFolder(folder, kept);
  await writeAtomically(join(folder, 'config.json'), json(kept.config));
}

function firstDifference(a: unknown, b: unknown, path: string): string | undefined {
  if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const found = firstDifference(a[key], b[key], path === '' ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left === right
    ? undefined
    : `this run was started with ${path} = ${left}, now it is ${right}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
