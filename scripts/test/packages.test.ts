import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { commandsOf } from '../packages/examples.ts';
import { faultsOf, importsOf, type Packed } from '../packages/pack.ts';
import { examplesOf } from '../packages/programs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packed-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src', 'index.ts'), '');
  writeFileSync(join(folder, 'LICENSE'), 'terms');
});
afterEach(() => rmSync(folder, { recursive: true }));

const manifest = {
  name: '@scene-mtl/one',
  exports: {
    '.': {
      '@scene-mtl/source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './dist/index.js',
    },
    './package.json': './package.json',
  },
  dependencies: { '@scene-mtl/two': '^0.1.0' },
};
const files = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];
const packed = (changed: Partial<Packed> = {}): Packed => ({
  ...{ folder, manifest, files, tarball: 'one.tgz' },
  ...changed,
});

test('a package with all it needs and nothing else has no fault', () => {
  expect(faultsOf(packed(), 'terms')).toEqual([]);
  expect(importsOf(manifest)).toEqual(['@scene-mtl/one']);
});

test('faults of a package name it and the file', () => {
  const one = packed({
    manifest: {
      ...manifest,
      private: true,
      bin: { one: './bin/one.js' },
      dependencies: { '@scene-mtl/two': '0.1.0', '@tensorflow/tfjs': '4.22.0' },
    },
    files: [...files.slice(0, -1), 'src/index.ts', 'dist/gone.js', 'dist/index.js.map'],
  });
  expect(faultsOf(one, 'other terms')).toEqual([
    '@scene-mtl/one: expected a package that is not private',
    '@scene-mtl/one: lacks ./dist/index.d.ts',
    '@scene-mtl/one: lacks ./bin/one.js',
    '@scene-mtl/one: holds src/index.ts, which nobody needs',
    '@scene-mtl/one: holds dist/gone.js, of which there is no source; remove dist and build again',
    '@scene-mtl/one: holds dist/index.js.map, which nobody needs',
    '@scene-mtl/one: expected the LICENSE of the repository; copy it',
    '@scene-mtl/one: expected a range of @scene-mtl/two, got 0.1.0',
    '@scene-mtl/one: expected @tensorflow/tfjs among peerDependencies',
  ]);
});

test('the commands of a README are its sh blocks, continued lines joined, comments left out', () => {
  const text = [
    '```sh',
    'one --a \\',
    '  b   # why',
    '',
    '# all',
    'two "#3"',
    '```',
    '```ts',
    'no',
  ];
  expect(commandsOf(text.join('\n'))).toEqual(['one --a b', 'two "#3"']);
});

test('an example becomes a program without an await outside of a function', () => {
  const text = [
    '```ts',
    'import {',
    '  a,',
    "} from 'a';",
    "import b from 'b';",
    'await a(b); // → 2',
    '```',
  ];
  const [{ name, text: program }] = examplesOf('README.md', text.join('\n'));
  expect(name).toBe('example-1');
  expect(program).toContain(
    "} from 'a';\nimport b from 'b';\nasync function main(): Promise<void> {\n",
  );
  expect(program).toContain('\nequals(await a(b), 2);\n}\n');
});
