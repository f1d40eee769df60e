import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whether a text means a file and not a package: `./mine.ts`, `mine.mjs`, `/home/me/mine.js`. */
const isPath = (text: string): boolean =>
  text.startsWith('.') || isAbsolute(text) || /\.[cm]?[jt]s$/.test(text);

/** A plugin as it can be named from any folder: the absolute path of a file, or the name of a package. */
export const absolutePlace = (text: string, folder = process.cwd()): string =>
  isPath(text) ? resolve(folder, text) : text;

/** The same as a run's folder keeps it: the path of a file from there, so that both can be moved together. */
export function placeFrom(folder: string, place: string): string {
  if (!isPath(place)) return place;
  const path = relative(resolve(folder), place).split(sep).join('/');
  return path.startsWith('.') || isAbsolute(path) ? path : `./${path}`;
}

/**
 * The file of a plugin; of a package the one that its `exports` name.
 * @param place see {@link absolutePlace}
 * @throws where there is none
 */
export function fileOf(place: string): string {
  if (isPath(place)) {
    if (existsSync(place) && statSync(place).isFile()) return place;
    throw new Error(existsSync(place) ? 'expected a file, this is a folder' : 'no such file');
  }
  try {
    return fileURLToPath(import.meta.resolve(place));
  } catch {
    // Not beside this program; perhaps from the current folder.
  }
  try {
    return createRequire(join(process.cwd(), 'from-here.js')).resolve(place);
  } catch (cause) {
    throw new Error(
      `no package of this name is installed; npm install ${place}, or give a file, ./${place}.ts`,
      { cause },
    );
  }
}
