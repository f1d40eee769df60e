import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Something in a folder that is not taken, and why. */
export interface LeftOut {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly reason: string;
}

/** What lies below a folder. */
export interface Walk {
  /** Files, below the folder, with `/`, sorted by UTF-16 code units (never by the machine's locale). */
  readonly files: readonly string[];
  /** What cannot be read: links that lead nowhere, folders without permission, pipes, devices. */
  readonly unreadable: readonly LeftOut[];
  /** Links to folders that are read under another name, so that each file comes once. */
  readonly again: readonly LeftOut[];
}

/** Whether a name is of a file that programs leave behind: no data, never listed. */
export const isDebris = (name: string): boolean => /^(\.|Thumbs\.db$|desktop\.ini$)/i.test(name);

const isNameOfFile = (name: string): boolean => /\.(png|jpe?g|json|txt)$/i.test(name);

/**
 * Every file below a folder. Links to files and folders are followed, each real folder once; hidden files
 * (`.DS_Store`, macOS' `._*`) are no data.
 * @throws naming the folder itself when it cannot be listed; `ENOENT` stays the error's `cause.code`
 * @example
 * ```ts
 * import { walk } from '@scene-mtl/data/walk';
 * import { mkdir, writeFile } from 'node:fs/promises';
 * await mkdir('tree/aachen', { recursive: true });
 * await writeFile('tree/aachen/a.png', '');
 * (await walk('tree')).files; // → ['aachen/a.png']
 * ```
 */
export async function walk(root: string): Promise<Walk> {
  const files: string[] = [];
  const unreadable: LeftOut[] = [];
  const again: LeftOut[] = [];
  /** Real path → path below the root. */
  const seen = new Map<string, string>();
  let links: string[] = [];

  async function folder(path: string): Promise<void> {
    const real = await realpath(join(root, path));
    const known = seen.get(real);
    if (known !== undefined) {
      const what = known === '' ? 'the folder itself' : known;
      again.push({ path, reason: `a link to ${what}, which is read already` });
      return;
    }
    seen.set(real, path);
    const entries = await readdir(join(root, path), { withFileTypes: true });
    for (const entry of entries) {
      if (isDebris(entry.name)) continue;
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && isNameOfFile(entry.name)) {
        unreadable.push({ path: below, reason: 'a folder with the name of a file' });
      }
      if (entry.isFile()) files.push(below);
      else if (entry.isDirectory()) await attempt(below, () => folder(below));
      // Real folders first: a link to one of them is then the second way to it, not the first.
      else if (entry.isSymbolicLink()) links.push(below);
      else unreadable.push({ path: below, reason: 'neither a file nor a folder' });
    }
  }

  async function linked(path: string): Promise<void> {
    const found = await stat(join(root, path));
    if (found.isFile()) files.push(path);
    else if (found.isDirectory()) await folder(path);
    else unreadable.push({ path, reason: 'a link to neither a file nor a folder' });
  }

  async function attempt(path: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      const { code = 'unreadable' } = error as NodeJS.ErrnoException;
      const lost = code === 'ENOENT' || code === 'ELOOP';
      const reason = lost ? `a link that leads nowhere (${code})` : `cannot be read (${code})`;
      unreadable.push({ path, reason });
    }
  }

  try {
    await folder('');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`${root}: the folder cannot be listed (${code})`, { cause });
  }
  // Linked folders may hold links of their own.
  while (links.length > 0) {
    const level = links.sort();
    links = [];
    for (const path of level) await attempt(path, () => linked(path));
  }
  return { files: files.sort(), unreadable, again };
}
