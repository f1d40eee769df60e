import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where packages are kept: never committed, and inside the repository, so that their code finds TensorFlow.js. */
const CACHE = fileURLToPath(new URL('../../runs/compatibility/packages/', import.meta.url));

/** Where a package is, or will be once it was fetched. */
export const folderOf = (pinned: string): string =>
  join(CACHE, pinned.replaceAll('/', '+'), 'package');

/**
 * Fetches a package by `npm pack` and unpacks it, unless it is there. None of its scripts runs, and nothing that it
 * depends on is fetched.
 * @param pinned name and version, `nsfwjs@4.4.0`
 * @returns its folder
 * @throws what npm says
 */
export async function fetchPackage(pinned: string, say: (text: string) => void): Promise<string> {
  const folder = folderOf(pinned);
  if (existsSync(folder)) return folder;
  say(`${pinned}: npm pack`);
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'draft-'));
  try {
    const args = ['pack', pinned, '--ignore-scripts', '--silent', '--pack-destination', draft];
    const { stdout } = await run('npm', args, { shell: process.platform === 'win32' });
    await run('tar', ['-xzf', stdout.trim()], { cwd: draft });
    await rm(join(draft, stdout.trim()));
    await rename(draft, join(folder, '..'));
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`bench compatibility: ${pinned} cannot be fetched: ${stderr || message}`, {
      cause: error,
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
