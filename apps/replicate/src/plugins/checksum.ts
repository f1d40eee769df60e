import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** What a module names by a relative path: `from './loss.ts'`, `import('./head.ts')`. */
const IMPORTED = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const ENDINGS = ['', '.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.js'];

/**
 * Identity of a plugin by what it says, never by where it lies: 16 hex digits of a hash over its file and those
 * that it imports by relative paths, line ends as `\n`. Packages that it imports do not count.
 */
export function pluginChecksum(file: string): string {
  const texts = new Map<string, string>();
  const add = (path: string): void => {
    if (texts.has(path)) return;
    const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
    texts.set(path, text);
    for (const [, , name] of text.matchAll(IMPORTED)) {
      const at = join(dirname(path), name);
      // One that is not there is told by whoever imports it.
      const found = ENDINGS.map((ending) => at + ending).find(isFile);
      if (found !== undefined) add(found);
    }
  };
  add(file);
  // Named from the file, whose own name says nothing.
  const nameOf = (path: string) =>
    path === file ? '' : relative(dirname(file), path).split(sep).join('/');
  const hash = createHash('sha256');
  for (const [name, text] of [...texts].map(([path, text]) => [nameOf(path), text]).sort(byName)) {
    hash.update(`${name}\0${text}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}

const byName = ([a]: readonly string[], [b]: readonly string[]): number => (a < b ? -1 : 1);

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
