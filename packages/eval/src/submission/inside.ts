import { isAbsolute, relative, resolve, sep } from 'node:path';

/** True for a path below a folder by its name; links are not looked at, as in the official tools. */
export function liesIn(folder: string, path: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
