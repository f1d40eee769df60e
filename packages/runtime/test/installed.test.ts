import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** This package as another project has it: in node_modules, in a process of its own. */

const root = fileURLToPath(new URL('../../..', import.meta.url));
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'installed-'));
  const modules = join(project, 'node_modules');
  const own = join(modules, '@scene-mtl', 'runtime');
  await mkdir(own, { recursive: true });
  const from = compiled(new URL('..', import.meta.url));
  for (const part of ['src', 'package.json']) {
    await cp(join(from, part), join(own, part), { recursive: true });
  }
  for (const name of ['@tensorflow', 'onnxruntime-node', 'protobufjs']) {
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(project, { recursive: true }));

/** Runs a program of the project; what it printed, by line. */
async function ran(name: string, code: string): Promise<string[]> {
  const file = join(project, `${name}.mjs`);
  const head =
    "import * as tf from '@tensorflow/tfjs';\nimport { compile } from '@scene-mtl/runtime';\n" +
    "const x = { x: { shape: [2], dtype: 'float32' } };\n";
  await writeFile(file, head + code);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: project });
  return stdout.trim().split('\n');
}

test('compile may be the first act of a process, which goes on with the backend it would have had', async () => {
  const lines = await ran(
    'first',
    `const step = await compile(({ x }) => ({ y: tf.square(x) }), x);
     console.log(Array.from((await step.run({ x: Float32Array.of(2, 3) })).y).join(' '));
     console.log(tf.getBackend(), tf.tensor1d([1, 2]).add(1).dataSync().join(' '));
     await step.dispose();`,
  );
  expect(lines.slice(-2)).toEqual(['4 9', 'cpu 2 3']);
});

test('so may a compile that fails', async () => {
  const lines = await ran(
    'failing',
    `await compile(({ x }) => ({ y: tf.unique(x).values }), x).catch((e) => console.log(e.name));
     console.log(tf.getBackend());`,
  );
  expect(lines.slice(-2)).toEqual(['CaptureError', 'cpu']);
});

test('errors name the line of the project', async () => {
  const lines = await ran(
    'errors',
    `const said = (body) => compile(body, x).then((s) => s.run({ x: Float32Array.of(7, -1) }))
       .catch((e) => console.log(e.message));
await said(({ x }) => ({ y: tf.unique(x).values })); // line 6
await said(({ x }) => ({ y: x.mul(x.dataSync()[0]) })); // line 7
await said(({ x }) => ({ y: tf.gather([1, 2], x.toInt()) })); // line 8
await said(({ x }) => ({ y: [1, 2].map(() => tf.randomNormal([2]))[0] })); // line 9`,
  );
  const places = lines.slice(-4).map((line) => /errors\.mjs:\d+/.exec(line)?.[0]);
  expect(places).toEqual(['errors.mjs:6', 'errors.mjs:7', 'errors.mjs:8', 'errors.mjs:9']);
});
