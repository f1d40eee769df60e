import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openFeatureCache, type FeaturePlace } from '../src/index.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'features-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const place = (changes: Partial<FeaturePlace> = {}): FeaturePlace => ({
  folder: root,
  source: { trunk: 'abc' },
  type: 'f32',
  arrays: [
    ['a', 2],
    ['b', 1],
  ],
  ...changes,
});
const image = Uint8Array.of(1, 2, 3);
const features = { a: Float32Array.of(0.1, -2), b: Float32Array.of(3e4) };
const entries = async (folder: string) =>
  (await readdir(folder)).filter((name) => name.endsWith('.features'));

test('f32 keeps every bit, f16 the nearest half', async () => {
  const exact = openFeatureCache(place());
  await exact.write(image, features);
  expect(exact.read(image)).toEqual(features);
  const small = openFeatureCache(place({ type: 'f16' }));
  expect(small.has(image)).toBe(false);
  await small.write(image, features);
  // IEEE 754 binary16 of 0.1: 0x2e66 = 1638 / 16384.
  expect(small.read(image)).toEqual({ ...features, a: Float32Array.of(1638 / 16384, -2) });
  // SHA-256 and three numbers.
  expect([exact.entryBytes, small.entryBytes]).toEqual([32 + 12, 32 + 6]);
});

test('another image, trunk, type or cut gives nothing', async () => {
  await openFeatureCache(place()).write(image, features);
  const others: Partial<FeaturePlace>[] = [
    { source: { trunk: 'abd' } },
    { source: { trunk: 'abc', engine: 'cpu' } },
    { type: 'f16' },
    { arrays: [['a', 3]] },
  ];
  for (const other of others) {
    expect(openFeatureCache(place(other)).read(image)).toBeUndefined();
  }
  expect(openFeatureCache(place()).read(Uint8Array.of(1, 2, 4))).toBeUndefined();
});

test('an entry that was cut short, damaged or copied from another trunk is none', async () => {
  const cache = openFeatureCache(place());
  await cache.write(image, features);
  const [name] = await entries(cache.folder);
  const file = join(cache.folder, name);
  const whole = await readFile(file);

  const other = openFeatureCache(place({ source: { trunk: 'other' } }));
  await mkdir(other.folder, { recursive: true });
  await copyFile(file, join(other.folder, name));
  expect(other.has(image)).toBe(true);
  expect(other.read(image)).toBeUndefined();

  await truncate(file, whole.length - 1);
  expect([cache.has(image), cache.read(image)]).toEqual([false, undefined]);
  whole[40] ^= 1;
  await writeFile(file, whole);
  expect(cache.read(image)).toBeUndefined();
  await cache.write(image, features);
  expect(cache.read(image)).toEqual(features);
});

test('what cannot be written leaves nothing behind', async () => {
  const full = openFeatureCache(place(), async (path) => {
    await writeFile(path, 'half');
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  });
  await expect(full.write(image, features)).rejects.toThrow(full.folder);
  expect(full.read(image)).toBeUndefined();
  expect(await readdir(full.folder)).toEqual([]);
});

test('numbers that do not fit are refused', async () => {
  const cache = openFeatureCache(place({ type: 'f16' }));
  const large = { ...features, b: Float32Array.of(-70000) };
  await expect(cache.write(image, large)).rejects.toThrow(
    'features up to 70000 do not fit into f16, whose largest is 65504; take f32',
  );
  const broken = { ...features, a: Float32Array.of(NaN, 1) };
  await expect(cache.write(image, broken)).rejects.toThrow('not finite: NaN');
  await expect(cache.write(image, { a: features.a })).rejects.toThrow(
    'expected 1 numbers of b, got none',
  );
});

test('it stays under its size: the least recently used of other trunks go first', async () => {
  const [old, recent, own] = ['old', 'recent', 'own'].map((trunk) =>
    openFeatureCache(place({ source: { trunk } })),
  );
  for (const [cache, time] of [
    [old, 1000],
    [recent, 2000],
  ] as const) {
    await cache.makeRoom(1e6, cache.entryBytes);
    await cache.write(image, features);
    await utimes(join(cache.folder, 'source.json'), time, time);
  }
  const size = 44 + (await readFile(join(recent.folder, 'source.json'))).length;
  await own.makeRoom(1000, 1000 - size);
  expect([old, recent].map((cache) => cache.has(image))).toEqual([false, true]);
  await own.makeRoom(1000, 1000);
  expect(recent.has(image)).toBe(false);
  await expect(own.makeRoom(1000, 1001)).rejects.toThrow(
    'the features take 0.0 MB as f32, more than the 0.0 MB that may be kept; allow more, keep them as f16, or keep none',
  );
});

test('a folder that says it is of another trunk is refused', async () => {
  const cache = openFeatureCache(place());
  await cache.makeRoom(1e6, 0);
  await writeFile(join(cache.folder, 'source.json'), JSON.stringify({ trunk: 'other' }));
  await expect(cache.makeRoom(1e6, 0)).rejects.toThrow(
    /source\.json: trunk: these are the features of another source, other, expected abc; delete /,
  );
});

test('two processes that write one entry at once leave one whole', async () => {
  const caches = [1, 2, 3, 4].map(() => openFeatureCache(place()));
  await Promise.all(caches.map((cache) => cache.write(image, features)));
  expect(caches[0].read(image)).toEqual(features);
  expect(await readdir(caches[0].folder)).toHaveLength(1);
});
