import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

interface Folder {
  /** As it was found, which may lead over links. */
  readonly path: string;
  /** Where it lies. */
  readonly real: string;
}

/** What lies below a folder, in a fixed order. */
export interface Found {
  /** Every file, and every link to nothing, so that whoever reads it can say so. */
  readonly files: readonly string[];
  /** Links to nothing. */
  readonly dangling: readonly string[];
}

/**
 * Every file below a folder. Links to folders are followed, as links to files are; each
 * folder is read once, under its own name where it has one below the root, so that a link back to a folder
 * above it ends there. Names that begin with a dot (`._*` of macOS) are no data and left out.
 *
 * @param onFound called after each folder with the number of files found so far
 * @throws Error naming the folder that cannot be read
 */
export async function filesBelow(
  folder: string,
  onFound?: (files: number) => void,
): Promise<Found> {
  const root = { path: folder, real: await at(folder, () => realpath(folder)) };
  const seen = new Set<string>();
  const files: string[] = [];
  const dangling: string[] = [];
  const linked: Folder[] = [];
  // Folders proper first: one that is also linked is found under its own name.
  const open: Folder[] = [root];
  for (let links = 0; open.length > 0 || links < linked.length;) {
    const next = open.pop() ?? linked[links++];
    if (seen.has(next.real) || (next !== root && isAbove(next.real, root.real))) continue;
    seen.add(next.real);
    // One by one: a call takes no hundred thousand arguments.
    const found = await contentOf(next);
    for (const file of found.files) files.push(file);
    for (const link of found.dangling) dangling.push(link);
    for (const folder of found.folders.reverse()) open.push(folder);
    for (const folder of found.linked) linked.push(folder);
    onFound?.(files.length);
  }
  return { files: files.sort(), dangling: dangling.sort() };
}

async function contentOf({ path, real }: Folder) {
  const entries = await at(path, () => readdir(path, { withFileTypes: true }));
  const kept = entries.filter(({ name }) => !name.startsWith('.')).sort(byName);
  const files: string[] = [];
  const dangling: string[] = [];
  const folders: Folder[] = [];
  const linked: Folder[] = [];
  for (const entry of kept) {
    const own = { path: join(path, entry.name), real: join(real, entry.name) };
    const target = entry.isSymbolicLink() ? await stat(own.path).catch(() => undefined) : entry;
    if (entry.isDirectory()) folders.push(own);
    else if (target?.isDirectory()) linked.push({ ...own, real: await realpath(own.path) });
    else files.push(own.path);
    if (!target) dangling.push(own.path);
  }
  return { files, dangling, folders, linked };
}

const byName = (a: Dirent, b: Dirent): number => Number(a.name > b.name) - Number(a.name < b.name);

/** True where a path leads, over links, to a folder; false for a link to nothing. */
export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

const isAbove = (folder: string, other: string): boolean =>
  other === folder || other.startsWith(folder.endsWith(sep) ? folder : folder + sep);

async function at<T>(folder: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${folder || "''"}: folder cannot be read (${code})`, { cause: error });
  }
}
