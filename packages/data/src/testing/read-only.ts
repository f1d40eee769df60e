import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A user that owns nothing: `nobody` on the usual systems. */
const NOBODY = 65534;

/**
 * Does something while nothing in a folder can be written, as in a copy that another user owns. Root may
 * write everywhere, so it works as somebody else meanwhile.
 */
export async function whileReadOnly<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const all = [folder, ...(await readdir(folder, { recursive: true })).map((n) => join(folder, n))];
  const before = await Promise.all(
    all.map(async (path) => [path, (await stat(path)).mode] as const),
  );
  const isRoot = process.getuid?.() === 0;
  for (const [path, mode] of before) await chmod(path, (mode | (isRoot ? 0o055 : 0)) & ~0o222);
  if (isRoot) process.seteuid!(NOBODY);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid!(0);
    for (const [path, mode] of before) await chmod(path, mode);
  }
}
