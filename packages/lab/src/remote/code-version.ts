import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which code a process runs. */
export interface Code {
  /** Folder of the whole repository, or of the project that installed it: addresses of modules are said from there. */
  readonly root: string;
  /** 12 hex digits of a hash over all source files and the lock file of the dependencies. */
  readonly version: string;
}

/** The folder above a module that holds the lock file: of the whole repository, or of who installed this. */
export function codeRoot(from: string = import.meta.url): string {
  for (let at = dirname(fileURLToPath(from)); ; at = dirname(at)) {
    if (existsSync(join(at, 'package-lock.json'))) return at;
    if (at === dirname(at)) {
      throw new Error(
        `${fileURLToPath(from)}: no package-lock.json above it; run from a checkout, or from a project that npm installed it in`,
      );
    }
  }
}

/**
 * The code in a folder. What does not decide numbers (tests, documentation, what git knows) does not count, so
 * that a copy without git is of the same version.
 */
export function codeIn(root: string = codeRoot()): Code {
  const hash = createHash('sha256');
  const add = (file: string): void => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${file.split(sep).join('/')}\0${text}\0`);
  };
  add('package-lock.json');
  for (const group of ['packages', 'apps']) {
    for (const name of foldersIn(join(root, group))) {
      const source = join(group, name, 'src');
      for (const file of filesIn(join(root, source))) add(join(source, file));
    }
  }
  return { root, version: hash.digest('hex').slice(0, 12) };
}

const foldersIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).sort() : [];

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|js|json)$/.test(entry.name))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .sort()
    : [];
