import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isRunning } from '@scene-mtl/data/files';

/** Where this process writes the tree `out` until it is whole. */
export const partialPath = (out: string): string => `${out}.partial-${hostname()}-${process.pid}`;

/** Removes what processes of this machine that no longer run have left of the tree `out`, where it can. */
export async function removeAbandoned(out: string): Promise<void> {
  const start = `${basename(out)}.partial-${hostname()}-`;
  const names = await readdir(dirname(out)).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(start) ? Number(name.slice(start.length)) : NaN;
    if (!Number.isInteger(pid) || (isRunning(pid) && pid !== process.pid)) continue;
    await rm(join(dirname(out), name), { recursive: true, force: true }).catch(() => {});
  }
}
