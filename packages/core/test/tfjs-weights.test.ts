import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { readTfjsWeights } from '../src/index.ts';
import { useCpu } from './cpu.ts';

let root: string;
let folder: string;
beforeAll(useCpu);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tfjs-'));
  folder = join(root, 'model');
  await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true }));

const a = { name: 'a', shape: [2], dtype: 'float32' };

/** A model with one group, and its shards. */
async function model(
  weights: readonly object[],
  shards: Readonly<Record<string, Uint8Array>>,
  paths: readonly string[] = Object.keys(shards),
): Promise<void> {
  await write({ weightsManifest: [{ paths, weights }] });
  for (const [name, bytes] of Object.entries(shards)) await writeFile(join(folder, name), bytes);
}

const write = (value: unknown) => writeFile(join(folder, 'model.json'), JSON.stringify(value));
const read = async () =>
  Object.fromEntries(
    [...(await readTfjsWeights(folder))].map(([name, { data }]) => [name, [...data]]),
  );
const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

test('weights are read across shards, beside others that are not wanted', async () => {
  const counts = { name: 'n', shape: [1], dtype: 'int32' };
  const bytes = Buffer.concat([Buffer.alloc(4), floats(1.5, -2)]);
  await model([counts, a], { g1: bytes.subarray(0, 5), g2: bytes.subarray(5) });
  const tensors = await readTfjsWeights(folder, (name) => name === 'a');
  expect([...tensors.keys()]).toEqual(['a']);
  expect(tensors.get('a')?.data).toEqual(Float32Array.of(1.5, -2));
});

test('quantised weights are what TensorFlow.js makes of them', async () => {
  const affine = { scale: 0.1, min: -3 };
  const weights = [
    { ...a, quantization: { dtype: 'uint8', ...affine, original_dtype: 'float32' } },
    { ...a, name: 'b', quantization: { dtype: 'uint16', ...affine } },
    { ...a, name: 'c', quantization: { dtype: 'float16', original_dtype: 'float32' } },
  ];
  // Of 255, 1; 65535, 2; the halves of 1 and −2.
  const bytes = Buffer.concat([
    Uint8Array.of(255, 1),
    new Uint8Array(Uint16Array.of(65535, 2).buffer),
    new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer),
  ]);
  await model(weights, { g1: bytes });
  const theirs = tf.io.decodeWeights(
    new Uint8Array(bytes).buffer,
    weights as unknown as tf.io.WeightsManifestEntry[],
  );
  const expected = Object.entries(theirs).map(([name, t]) => [name, [...t.dataSync()]]);
  expect(await read()).toEqual(Object.fromEntries(expected));
  expect((await read())['c']).toEqual([1, -2]);
});

test.each([
  [{}, 'weightsManifest: expected a list, got nothing'],
  [
    { weightsManifest: [{ paths: 'g1', weights: [] }] },
    'weightsManifest[0].paths: expected a list, got "g1"',
  ],
  [
    { weightsManifest: [{ paths: ['g1'], weights: [{ ...a, shape: [-2] }] }] },
    'weightsManifest[0].weights[0].shape[0]: expected a number ≥ 0, got -2',
  ],
  [
    { weightsManifest: [{ paths: ['g1'], weights: [{ ...a, shape: ['2'] }] }] },
    'weightsManifest[0].weights[0].shape[0]: expected a number, got "2"',
  ],
  [
    { weightsManifest: [{ paths: ['g1'], weights: [{ ...a, quantization: { dtype: 'int4' } }] }] },
    'weightsManifest[0].weights[0].quantization.dtype: expected "uint8" or "uint16" or "float16", got "int4"',
  ],
  [
    {
      weightsManifest: [
        { paths: ['g1'], weights: [{ ...a, quantization: { dtype: 'uint8', min: 0 } }] },
      ],
    },
    'weightsManifest[0].weights[0].quantization.scale: expected a number, got nothing',
  ],
  [
    { weightsManifest: [{ paths: ['g1'], weights: [a, a] }] },
    'a: expected each weight once, it is there twice',
  ],
  [
    { weightsManifest: [{ paths: ['g1'], weights: [{ ...a, dtype: 'int32' }] }] },
    'a: expected float32, got int32',
  ],
])('a manifest %j is refused: %s', async (manifest, message) => {
  await write(manifest);
  await expect(read()).rejects.toMatchObject({
    message: `${join(folder, 'model.json')}: ${message}`,
  });
});

test('what a manifest holds twice, or in bad JSON, is refused', async () => {
  const file = join(folder, 'model.json');
  await writeFile(file, '{"weightsManifest": [], "weightsManifest": []}');
  await expect(read()).rejects.toThrow(`${file}:1:25: the key "weightsManifest" is there twice`);
  await rm(file);
  await expect(read()).rejects.toThrow(`${file}: cannot be read (ENOENT)`);
});

test.each([
  ['short', 4],
  ['long', 12],
])('shards that are too %s are refused before they are read', async (_, length) => {
  await model([a], { g1: Buffer.alloc(length) });
  await expect(read()).rejects.toThrow(
    `g1: expected 8 bytes up to a, as ${join(folder, 'model.json')} says, got ${length}`,
  );
});

test('a weight larger than any memory asks for bytes that no shard has', async () => {
  await model([{ ...a, shape: [2 ** 26, 2 ** 26] }], { g1: Buffer.alloc(8) });
  await expect(read()).rejects.toThrow('g1: expected 18014398509481984 bytes up to a');
});

test('a text has no size, so that nothing beside it is read', async () => {
  await model([{ name: 't', shape: [1], dtype: 'string' }, a], { g1: Buffer.alloc(16) });
  await expect(readTfjsWeights(folder, (name) => name === 'a')).rejects.toThrow(
    'model.json: t: expected float32, int32 or bool, got string',
  );
});

test('no shard outside the folder is read, however it is named', async () => {
  const secret = join(root, 'secret');
  await writeFile(secret, floats(1, 2));
  await symlink(secret, join(folder, 'link'));
  await symlink(root, join(folder, 'up'));
  for (const path of ['../secret', secret, 'link', 'up/secret', 'x/../../secret', '..', '.']) {
    await model([a], {}, [path]);
    await expect(read()).rejects.toThrow(
      `model.json: path ${JSON.stringify(path)}: expected a file in the folder of model.json, it leads to`,
    );
  }
  for (const path of ['a\0b', '\u001b[31m', 'a\nb', 'a\u009bb']) {
    await model([a], {}, [path]);
    await expect(read()).rejects.toThrow(
      /model.json: path "[\\\w[]+": expected a name without control characters$/,
    );
  }
  await writeFile(join(folder, '..g1'), floats(3, 4));
  await symlink('..g1', join(folder, 'inner'));
  for (const path of ['..g1', 'inner', './inner']) {
    await model([a], {}, [path]);
    expect(await read()).toEqual({ a: [3, 4] });
  }
});

test('a device, a pipe and a folder are no shards', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await mkdir(join(folder, 'inner'));
  for (const path of ['pipe', 'inner']) {
    await model([a], {}, [path]);
    await expect(read()).rejects.toThrow(`${join(folder, path)}: expected a file; it holds a`);
  }
  for (const path of ['/dev/zero', '../../../../../../../../dev/zero']) {
    await model([a], {}, [path]);
    await expect(read()).rejects.toThrow('expected a file in the folder of model.json');
  }
  await symlink('/dev/zero', join(folder, 'zero'));
  await model([a], {}, ['zero']);
  await expect(read()).rejects.toThrow('it leads to /dev/zero; copy the file into the folder');
});
