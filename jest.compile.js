import { existsSync } from 'node:fs';
import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync, version } from '@swc/core';

// What a test starts in a process or thread of its own: the packages' sources and the modules beside their
// tests, compiled. From source, a loader takes most of the processor time of a short process.

const root = fileURLToPath(new URL('.', import.meta.url));
const place = join(root, 'node_modules/.cache/scene-mtl/compiled');

const OPTIONS = {
  jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
  module: { type: 'es6' },
  swcrc: false,
};

/** Compiles what has changed. */
export default async function () {
  const stamp = join(place, 'compiled-by.json');
  const by = JSON.stringify([version, OPTIONS]);
  const keep = (await textOf(stamp)) === by;
  // The root of the code: addresses of modules are said from there.
  await write(
    join(place, 'package-lock.json'),
    await readFile(join(root, 'package-lock.json'), 'utf8'),
  );
  for (const group of ['packages', 'apps']) {
    for (const name of await readdir(join(root, group))) {
      await compilePackage(join(group, name), keep);
    }
  }
  await write(stamp, by);
}

async function compilePackage(folder, keep) {
  const description = await textOf(join(root, folder, 'package.json'));
  if (description === undefined) return;
  const { name, exports = {}, ...rest } = JSON.parse(description);
  const targets = Object.entries(exports).map(([key, target]) => [
    key,
    target['@scene-mtl/source']?.replace(/\.ts$/, '.js') ?? target,
  ]);
  await write(
    join(place, folder, 'package.json'),
    JSON.stringify({ ...rest, name, exports: Object.fromEntries(targets) }),
  );
  const link = join(place, 'node_modules', name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(relative(dirname(link), join(place, folder)), link).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  for (const part of ['src', 'test']) await compileFolder(join(folder, part), keep);
}

async function compileFolder(folder, keep) {
  const names = (await readdir(join(root, folder), { recursive: true }))
    .filter((name) => /(?<!\.test|\.d)\.ts$/.test(name))
    .map((name) => name.replace(/\.ts$/, ''));
  for (const name of names) {
    await compileFile(join(root, folder, `${name}.ts`), join(place, folder, `${name}.js`), keep);
  }
  for (const name of await readdir(join(place, folder), { recursive: true }).catch(() => [])) {
    if (name.endsWith('.js') && !names.includes(name.slice(0, -3))) {
      await rm(join(place, folder, name), { force: true });
    }
  }
}

async function compileFile(from, to, keep) {
  const { mtime } = await stat(from);
  const there = await stat(to).catch(() => undefined);
  if (keep && there?.mtime.getTime() === mtime.getTime()) return;
  const { code } = transformSync(await readFile(from, 'utf8'), { ...OPTIONS, filename: from });
  // What `rewriteRelativeImportExtensions` does in a build.
  const rewritten = code.replace(
    /((?:from|import)[\s(]*)(["'])(\.{1,2}\/[^"']+)\.ts\2/g,
    '$1$2$3.js$2',
  );
  await write(to, rewritten, mtime);
}

const textOf = async (file) => (existsSync(file) ? readFile(file, 'utf8') : undefined);

/** In one piece, since test runs may go on beside each other. */
async function write(file, text, mtime) {
  if (mtime === undefined && (await textOf(file)) === text) return;
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}`;
  await writeFile(part, text);
  if (mtime) await utimes(part, mtime, mtime);
  await rename(part, file);
}
