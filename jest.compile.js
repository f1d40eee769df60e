import { existsSync } from 'node:fs';
import {
  cp,
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
import { transform, version } from '@swc/core';

// What a test starts in a process or thread of its own: the packages' sources and the modules beside their
// tests, compiled. From source, a loader takes most of the processor time of a short process.

const root = fileURLToPath(new URL('.', import.meta.url));
const place = join(root, 'node_modules/.cache/scene-mtl/compiled');

const OPTIONS = {
  jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
  module: { type: 'es6' },
};

/** Compiles what has changed. */
export default async function () {
  const made = JSON.stringify([
    version,
    OPTIONS,
    await readFile(fileURLToPath(import.meta.url), 'utf8'),
  ]);
  const stamp = join(place, 'made-by.json');
  if (!existsSync(stamp) || (await readFile(stamp, 'utf8')) !== made) {
    await rm(place, { recursive: true, force: true });
    await write(stamp, made);
  }
  // Where it lies, code says from where its modules are.
  await cp(join(root, 'package-lock.json'), join(place, 'package-lock.json'));
  for (const group of ['packages', 'apps']) {
    for (const name of await readdir(join(root, group))) await compilePackage(join(group, name));
  }
}

async function compilePackage(folder) {
  const file = join(root, folder, 'package.json');
  if (!existsSync(file)) return;
  const { name, ...description } = JSON.parse(await readFile(file, 'utf8'));
  const exports = Object.entries(description.exports ?? {}).map(([key, target]) => [
    key,
    target['@scene-mtl/source']?.replace(/\.ts$/, '.js') ?? target,
  ]);
  const text = JSON.stringify({ name, ...description, exports: Object.fromEntries(exports) });
  await write(join(place, folder, 'package.json'), text);
  const link = join(place, 'node_modules', name);
  await mkdir(dirname(link), { recursive: true });
  if (!existsSync(link)) await symlink(relative(dirname(link), join(place, folder)), link);

  const wanted = new Set();
  for (const part of ['src', 'test']) {
    const from = join(root, folder, part);
    for (const each of await readdir(from, { recursive: true })) {
      if (!/(?<!\.test|\.d)\.ts$/.test(each)) continue;
      const to = join(place, folder, part, each.replace(/\.ts$/, '.js'));
      wanted.add(to);
      await compileFile(join(from, each), to);
    }
  }
  for (const part of ['src', 'test']) {
    const there = await readdir(join(place, folder, part), { recursive: true }).catch(() => []);
    for (const each of there) {
      const path = join(place, folder, part, each);
      if (each.endsWith('.js') && !wanted.has(path)) await rm(path);
    }
  }
}

async function compileFile(from, to) {
  const { mtime } = await stat(from);
  const there = await stat(to).catch(() => undefined);
  if (there?.mtime.getTime() === mtime.getTime()) return;
  const source = await readFile(from, 'utf8');
  const { code } = await transform(source, { ...OPTIONS, filename: from, swcrc: false });
  await write(
    to,
    code.replace(/((?:from|import)[\s(]*)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g, '$1$2$3.js$2'),
    mtime,
  );
}

/** In one piece, since test runs may go on beside each other. */
async function write(file, text, mtime = new Date()) {
  await mkdir(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}`;
  await writeFile(part, text);
  await utimes(part, mtime, mtime);
  await rename(part, file);
}
