import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { cannotWrite, writeTogether } from '@scene-mtl/data/files';
import { z } from 'zod';
import type { ResultsFile } from './group.ts';
import { pathInside } from './path-inside.ts';

const schema = z.strictObject({ written: z.record(pathInside, z.string()) });

/** Path of the list of what was written, relative to the folder of the pages. */
export const WRITTEN = 'results/written.json';

/**
 * Writes files, and deletes those of the last time that are not among them. A list of what was written, with
 * checksums, stays beside them: what is not in it, or was changed since, is neither replaced nor deleted.
 * @throws naming the files that would be lost, unless forced; then nothing was written
 */
export async function writeOwn(
  root: string,
  files: readonly ResultsFile[],
  force = false,
): Promise<void> {
  const known = await listIn(root);
  const content = new Map(files.map((file) => [file.path, file.content]));
  const foreign: string[] = [];
  for (const path of new Set([...content.keys(), ...Object.keys(known)])) {
    const there = await checksumOf(join(root, path));
    const wanted = content.get(path);
    const same = wanted !== undefined && there === checksum(wanted);
    if (there !== undefined && there !== known[path] && !same) foreign.push(path);
  }
  if (foreign.length > 0 && !force) {
    throw new Error(
      `${foreign.map((path) => join(root, path)).join(', ')}: not as this command wrote it; ` +
        `move it away, or give --force to replace it`,
    );
  }
  const written = Object.fromEntries(
    [...content.keys()].sort().map((path) => [path, checksum(content.get(path)!)]),
  );
  // The list last: until it is there, a second try knows the old files by the old one, and the new ones.
  await writeTogether(
    [...content, [WRITTEN, `${JSON.stringify({ written }, null, 2)}\n`] as const].map(
      ([path, text]) => [join(root, path), text],
    ),
  );
  for (const path of Object.keys(known)) {
    if (!content.has(path)) await rm(join(root, path), { force: true });
  }
}

async function listIn(root: string): Promise<Readonly<Record<string, string>>> {
  return (await parseJsonFileIfPresent(join(root, WRITTEN), schema))?.written ?? {};
}

const checksum = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

async function checksumOf(path: string): Promise<string | undefined> {
  try {
    return checksum(await readFile(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw cannotWrite(path, cause);
  }
}
