import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  decodeSafetensors,
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

// safetensors of {"a": [[1, 2]] float32} with metadata, laid out by hand after the format's
// description: u64 header length 88, JSON padded with spaces, 8 bytes of data.
const HEADER = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';
const byHand = () => {
  const length = Math.ceil(HEADER.length / 8) * 8;
  const bytes = Buffer.alloc(8 + length + 8, ' ');
  bytes.writeBigUInt64LE(BigInt(length), 0);
  bytes.write(HEADER, 8);
  bytes.writeFloatLE(1, 8 + length);
  bytes.writeFloatLE(2, 12 + length);
  return bytes;
};

test('safetensors bytes are those of the format', () => {
  const encoded = encodeSafetensors(
    new Map([['a', { shape: [1, 2], data: Float32Array.of(1, 2) }]]),
    { k: 'v' },
  );
  expect(Buffer.from(encoded).equals(byHand())).toBe(true);
  const { tensors: read, metadata } = decodeSafetensors(byHand(), 'x');
  expect(metadata).toEqual({ k: 'v' });
  expect(read.get('a')?.shape).toEqual([1, 2]);
  expect(Array.from(read.get('a')?.data as Float32Array)).toEqual([1, 2]);
});

test('what is encoded comes back, bit by bit', () => {
  const { tensors: read } = decodeSafetensors(encodeSafetensors(tensors()), 'x');
  expect([...read.keys()]).toEqual([...tensors().keys()]);
  for (const [name, { shape, data }] of tensors()) {
    expect(read.get(name)?.shape).toEqual(shape);
    expect(read.get(name)?.data).toEqual(data);
  }
  fc.assert(
    fc.property(fc.array(fc.float(), { minLength: 1 }), fc.string({ minLength: 1 }), (v, name) => {
      const data = Float32Array.from(v);
      const map = new Map([[`t/${name}`, { shape: [v.length], data }]]);
      const back = decodeSafetensors(encodeSafetensors(map), 'x').tensors.get(`t/${name}`);
      expect(back?.data).toEqual(data);
    }),
    { numRuns: 50 },
  );
});

test('any file cut short, at whatever byte, is refused by name', () => {
  const whole = encodeSafetensors(tensors());
  for (let n = 0; n < whole.length; n++) {
    expect(() => decodeSafetensors(whole.subarray(0, n), 'runs/a/step.safetensors')).toThrow(
      'runs/a/step.safetensors: not a whole safetensors file',
    );
  }
  expect(() => decodeSafetensors(Buffer.concat([whole, Buffer.alloc(1)]), 'x')).toThrow(
    'bytes of data, got',
  );
});

test('a header that lies about its tensors is refused', () => {
  const lie = (header: string) => {
    const text = Buffer.from(header);
    const bytes = Buffer.alloc(8 + text.length + 8);
    bytes.writeBigUInt64LE(BigInt(text.length));
    text.copy(bytes, 8);
    return () => decodeSafetensors(bytes, 'f');
  };
  expect(lie('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}')).toThrow(
    'expected 12 bytes',
  );
  expect(lie('{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}')).toThrow('got F16');
  expect(lie('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}')).toThrow('byte 16 of 8');
  expect(lie('{"a":null}')).toThrow('tensor a');
  expect(lie('[]')).toThrow('f: not a whole');
  expect(lie('{"a"')).toThrow('no JSON');
});

test('a tensor whose data does not fit its shape is not written', () => {
  const bad = new Map([['a', { shape: [3], data: Float32Array.of(1) }]]);
  expect(() => encodeSafetensors(bad)).toThrow('tensor a: expected 3 numbers, got 1');
});

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
  await expect(loadCheckpoint(folder, 3)).rejects.toThrow(/step-00000003.safetensors: not a whole/);
  await writeFile(join(folder, 'step-00000003.json'), '{"step": 3');
  await expect(loadCheckpoint(folder, 3)).rejects.toThrow(/step-00000003.json: not a whole/);
  await writeFile(join(folder, 'step-00000003.json'), '{"step": "3"}');
  await expect(loadCheckpoint(folder, 3)).rejects.toThrow(/with step, configHash and sha256/);
});

test('pruning keeps the last ones and the spared', async () => {
  for (const step of [1, 2, 3, 4, 5]) await saveCheckpoint(folder, manifest(step), tensors());
  await pruneCheckpoints(folder, 2, [1]);
  expect(await listCheckpoints(folder)).toEqual([1, 4, 5]);
  expect((await readdir(folder)).length).toBe(6);
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
