import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import {
  encodeSafetensors,
  latestCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  pruneCheckpoints,
  restoreVariables,
  saveCheckpoint,
  storeVariables,
  sweepCheckpoints,
  type StoredTensor,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';

let folder: string;
beforeAll(useCpu);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const tensors = (): Map<string, StoredTensor> =>
  new Map<string, StoredTensor>([
    ['encoder/kernel', { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0) }],
    ['s', { shape: [], data: Float32Array.of(0.1) }],
    ['ids', { shape: [2], data: Int32Array.of(-7, 2 ** 31 - 1) }],
    ['empty', { shape: [0, 4], data: new Float32Array() }],
  ]);

const manifest = (step: number) => ({ step, configHash: 'c0ffee' });

test('a checkpoint comes back with its manifest', async () => {
  const extra = { random: { x: [1, 2, 3, -4] as const }, metrics: { mIoU: 0.5, rms: null } };
  await saveCheckpoint(folder, { ...manifest(120), ...extra }, tensors());
  const { manifest: read, tensors: back } = await loadCheckpoint(folder, 120);
  expect(read).toMatchObject({ step: 120, configHash: 'c0ffee', ...extra });
  expect(back.get('ids')?.data).toEqual(Int32Array.of(-7, 2 ** 31 - 1));
  expect((await readdir(folder)).sort()).toEqual([
    'step-00000120.json',
    'step-00000120.safetensors',
  ]);
});

test('the same state gives the same bytes', async () => {
  const bytes = async () => {
    await saveCheckpoint(folder, manifest(1), tensors());
    return Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  };
  expect(await bytes()).toEqual(await bytes());
});

test('the latest is the one with most steps, and an unfinished one does not exist', async () => {
  expect(await latestCheckpoint(join(folder, 'nowhere'))).toBeUndefined();
  for (const step of [2, 10, 9]) await saveCheckpoint(folder, manifest(step), tensors());
  // A crash before the manifest was renamed.
  await writeFile(join(folder, 'step-00000011.safetensors'), encodeSafetensors(tensors()));
  await writeFile(join(folder, 'step-00000012.json.part'), '{');
  expect(await listCheckpoints(folder)).toEqual([2, 9, 10]);
  expect((await latestCheckpoint(folder))?.manifest.step).toBe(10);
});

test('a manifest whose tensors are gone is refused by name, never an earlier one taken for it', async () => {
  for (const step of [2, 3]) await saveCheckpoint(folder, manifest(step), tensors());
  await rm(join(folder, 'step-00000003.safetensors'));
  for (const load of [latestCheckpoint(folder), loadCheckpoint(folder, 3)]) {
    await expect(load).rejects.toThrow(
      /step-00000003\.safetensors: not there, but .*step-00000003\.json says/,
    );
  }
  expect((await loadCheckpoint(folder, 2)).manifest.step).toBe(2);
  // Pruning comes to it all the same.
  await saveCheckpoint(folder, manifest(4), tensors());
  await pruneCheckpoints(folder, 1);
  expect((await readdir(folder)).sort()).toEqual([
    'step-00000004.json',
    'step-00000004.safetensors',
  ]);
});

test.each([
  ['later', 5],
  ['earlier', 1],
])('a checkpoint of another run is refused, a %s one too', async (_, step) => {
  await saveCheckpoint(folder, manifest(3), tensors());
  await saveCheckpoint(folder, { step, configHash: 'foreign' }, tensors());
  const refused = new RegExp(
    `step-0000000${step}\\.json: this checkpoint belongs to configuration foreign, the run is c0ffee`,
  );
  await expect(latestCheckpoint(folder, 'c0ffee')).rejects.toThrow(refused);
  await expect(loadCheckpoint(folder, step, 'c0ffee')).rejects.toThrow(refused);
  expect((await loadCheckpoint(folder, 3, 'c0ffee')).manifest.step).toBe(3);
});

test('what a killed process left is swept, and nothing else', async () => {
  for (const step of [1, 2]) await saveCheckpoint(folder, manifest(step), tensors());
  const kept = (await readdir(folder)).sort();
  const left = ['step-00000003.safetensors', 'step-00000004.json.1f.partial'];
  const foreign = ['notes.txt', 'step-3.safetensors', 'mine.partial'];
  for (const name of [...left, ...foreign]) await writeFile(join(folder, name), '');
  await sweepCheckpoints(folder);
  expect((await readdir(folder)).sort()).toEqual([...kept, ...foreign].sort());
  await sweepCheckpoints(join(folder, 'nowhere'));
});

test('damage is found and the file named', async () => {
  await saveCheckpoint(folder, manifest(3), tensors());
  const file = join(folder, 'step-00000003.safetensors');
  const bytes = await readFile(file);
  bytes[bytes.length - 1] ^= 1;
  await writeFile(file, bytes);
  await expect(loadCheckpoint(folder, 3)).rejects.toThrow(/step-00000003.safetensors: its SHA-256/);
  await truncate(file, 20);
  await expect(loadCheckpoint(folder, 3)).rejects.toThrow(
    /step-00000003.safetensors: header: expected at most 12 bytes, got a length of/,
  );
  await writeFile(join(folder, 'step-00000003.json'), '{"step": 3');
  await expect(loadCheckpoint(folder, 3)).rejects.toThrow(
    /step-00000003.json:1:11: expected , or }, got the end/,
  );
  await writeFile(join(folder, 'step-00000003.json'), '{"step": "3"}');
  await expect(loadCheckpoint(folder, 3)).rejects.toThrow(
    /step-00000003.json: step: expected a number, got "3"; configHash: expected a text, got nothing/,
  );
});

test('pruning keeps the last ones and the spared', async () => {
  for (const step of [1, 2, 3, 4, 5]) await saveCheckpoint(folder, manifest(step), tensors());
  await pruneCheckpoints(folder, 2, [1]);
  expect(await listCheckpoints(folder)).toEqual([1, 4, 5]);
  expect((await readdir(folder)).length).toBe(6);
});

test('a tensor of another type is not taken for the variable', () => {
  const variables = new Map([['a', tf.variable(tf.tensor1d([1, 2]))]]);
  for (const data of [Int32Array.of(5, 6), BigInt64Array.of(5n, 6n)]) {
    const type = data.BYTES_PER_ELEMENT === 8 ? 'int64' : 'int32';
    expect(() =>
      restoreVariables(variables, new Map([['a', { shape: [2], data }]]), 'run'),
    ).toThrow(`run: tensor a: expected float32, got ${type}`);
  }
});

test('variables are stored and restored; a misfit changes nothing', () => {
  const variables = () =>
    new Map<string, tf.Variable>([
      ['a', tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]))],
      ['b', tf.variable(tf.scalar(5))],
    ]);
  const from = variables();
  const stored = storeVariables(from);
  const to = variables();
  to.get('a')?.assign(tf.zeros([2, 2]));
  restoreVariables(to, stored, 'run');
  expect(Array.from(to.get('a')?.dataSync() as Float32Array)).toEqual([1, 2, 3, 4]);
  stored.set('a', { shape: [4], data: Float32Array.of(9, 9, 9, 9) });
  expect(() => restoreVariables(to, stored, 'run')).toThrow(
    'run: tensor a: expected shape [2, 2], got [4]',
  );
  stored.delete('b');
  stored.set('c', { shape: [], data: Float32Array.of(1) });
  expect(() => restoreVariables(to, stored, 'run')).toThrow('missing [b], not known [c]');
  expect(Array.from(to.get('a')?.dataSync() as Float32Array)).toEqual([1, 2, 3, 4]);
});
