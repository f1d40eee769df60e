import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/**
 * Does some work while no other process may work in the same folder. What a killed process left
 * locked is taken over.
 * @throws naming the process that works there
 * @example
 * ```ts
 * import { alone } from '@scene-mtl/lab';
 * await alone('runs/mine', () => Promise.resolve('done')); // → 'done'
 * ```
 */
export async function alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = join(folder, 'lock');
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (owner > 0 && owner !== process.pid && isAlive(owner)) {
      throw new Error(
        `${folder}: process ${owner} is working on this run; wait for it, or stop it first`,
        { cause: error },
      );
    }
    await writeFile(file, String(process.pid));
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
