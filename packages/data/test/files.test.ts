import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeAtomically } from '../src/files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scène mtl 街-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('writes text and bytes, makes the folders above, and replaces what was there', async () => {
  const file = join(folder, 'a', 'b', 'file.txt');
  await writeAtomically(file, 'one');
  await writeAtomically(file, Uint8Array.of(116, 119, 111), { sync: false });
  expect(await readFile(file, 'utf8')).toBe('two');
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['file.txt']);
});

test('a failure leaves the old content and nothing else', async () => {
  const within = join(folder, 'full');
  const file = join(within, 'file.txt');
  await writeAtomically(file, 'old');
  const write = async (path: string, content: Uint8Array | string) => {
    await writeFile(path, content.slice(0, 2));
    throw new Error('the disk is full');
  };
  await expect(writeAtomically(file, 'newer', { write })).rejects.toThrow('the disk is full');
  expect(await readdir(within)).toEqual(['file.txt']);
  expect(await readFile(file, 'utf8')).toBe('old');
});

test('many writers of one file leave it whole', async () => {
  const within = join(folder, 'many');
  const file = join(within, 'file.txt');
  const texts = Array.from({ length: 8 }, (_, k) => String(k).repeat(100_000));
  await Promise.all(texts.map((text) => writeAtomically(file, text)));
  expect(texts).toContain(await readFile(file, 'utf8'));
  expect(await readdir(within)).toEqual(['file.txt']);
});
