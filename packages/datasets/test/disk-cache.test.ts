import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { arraysOf } from '@scene-mtl/data/testing';
import { diskCached, openDataset, type Dataset } from '../src/index.ts';
import { framePaths, madeSample, newFolder, putFrame } from './support.ts';

const size = { height: 4, width: 6 };

function counting(): Dataset & { reads: number } {
  const dataset = {
    name: 'memory',
    fields: ['semantic', 'instance', 'depth'],
    list: () => [],
    reads: 0,
    read: (id: string) => {
      dataset.reads++;
      return Promise.resolve(madeSample(4, 6, Number(id)));
    },
  };
  return dataset;
}

describe('disk cache', () => {
  test('gives the same sample back, from another process as well', async () => {
    const folder = await newFolder();
    const options = { folder, maximumBytes: 1e6, key: 'tree 1' };
    const source = counting();
    const first = await diskCached(source, options).read('1', 'train', size);
    const second = await diskCached(source, options).read('1', 'train', size);
    expect(source.reads).toBe(1);
    expect(second).toEqual(first);
    // The map was made outside the test's realm, where `instanceof` is blind.
    expect(types.isMap(arraysOf(second).centres)).toBe(true);
  });

  test('never uses an entry of another key, split or size', async () => {
    const folder = await newFolder();
    const source = counting();
    const options = { folder, maximumBytes: 1e6, key: 'tree 1' };
    await diskCached(source, options).read('1', 'train', size);
    await diskCached(source, { ...options, key: 'tree 2' }).read('1', 'train', size);
    await diskCached(source, options).read('1', 'val', size);
    await diskCached(source, options).read('1', 'train', { height: 4, width: 7 });
    expect(source.reads).toBe(4);
  });

  test('reads anew when a file of the frame is written again, and says when one is gone', async () => {
    const root = await newFolder();
    const folder = await newFolder();
    const frame = { height: 4, width: 6 };
    const id = 'city_000000_000019';
    await putFrame(root, frame, { labelIds: new Uint8Array(24).fill(7) }, id);
    const open = async () =>
      diskCached(await openDataset(root), { folder, maximumBytes: 1e6, key: 'k' });
    const before = await (await open()).read(id, 'train', frame);
    await putFrame(root, frame, { labelIds: new Uint8Array(24).fill(11) }, id);
    const after = await (await open()).read(id, 'train', frame);
    // Label ids 7 and 11 are road and building, training ids 0 and 2.
    expect([arraysOf(before).semantic![0], arraysOf(after).semantic![0]]).toEqual([0, 2]);
    expect(await readdir(folder)).toHaveLength(2);
    const kept = await open();
    await rm(framePaths(root, id).photo);
    await expect(kept.read(id, 'train', frame)).rejects.toThrow(/leftImg8bit.png: cannot be read/);
  });

  test('reads anew where an entry is cut short, damaged or left half-written', async () => {
    const folder = await newFolder();
    const source = counting();
    const kept = diskCached(source, { folder, maximumBytes: 1e6, key: 'k' });
    const sample = await kept.read('1', 'train', size);
    const [name] = await readdir(folder);
    const file = join(folder, name);
    const { size: bytes } = await stat(file);
    await truncate(file, bytes - 7);
    expect(await kept.read('1', 'train', size)).toEqual(sample);
    await writeFile(file, Buffer.alloc(bytes, 1));
    expect(await kept.read('1', 'train', size)).toEqual(sample);
    await writeFile(`${file}.partial`, 'half');
    expect(await kept.read('1', 'train', size)).toEqual(sample);
    expect(source.reads).toBe(3);
  });

  test('stays under its limit; the entries not used for longest go first', async () => {
    const folder = await newFolder();
    const source = counting();
    const probe = diskCached(source, { folder, maximumBytes: 1e9, key: 'k' });
    await probe.read('0', 'train', size);
    const [first] = await readdir(folder);
    const { size: bytes } = await stat(join(folder, first));
    // An hour ago, so that it is the oldest whatever the clock's step.
    const old = new Date(Date.now() - 3.6e6);
    await utimes(join(folder, first), old, old);
    const kept = diskCached(source, { folder, maximumBytes: 3.5 * bytes, key: 'k' });
    for (const id of ['1', '2', '3']) await kept.read(id, 'train', size);
    const names = await readdir(folder);
    expect(names).toHaveLength(3);
    expect(names).not.toContain(first);
  });

  test('a writing that nobody finished is removed after an hour', async () => {
    const folder = await newFolder();
    const [old, fresh] = ['a', 'b'].map((name) => join(folder, `${name}.partial`));
    for (const file of [old, fresh]) await writeFile(file, 'half');
    const hours = new Date(Date.now() - 2 * 3.6e6);
    await utimes(old, hours, hours);
    await diskCached(counting(), { folder, maximumBytes: 1e6, key: 'k' }).read('1', 'train', size);
    const names = await readdir(folder);
    expect(names.filter((name) => name.endsWith('.partial'))).toEqual(['b.partial']);
  });

  test('many readers at once leave whole entries only', async () => {
    const folder = await newFolder();
    const options = { folder, maximumBytes: 1e6, key: 'k' };
    const readers = Array.from({ length: 8 }, () => diskCached(counting(), options));
    const found = await Promise.all(readers.map((reader) => reader.read('1', 'train', size)));
    for (const sample of found) expect(sample).toEqual(found[0]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  describe('where it cannot be kept', () => {
    let said: string[];
    let warn: jest.SpiedFunction<typeof console.warn>;
    beforeEach(() => {
      said = [];
      warn = jest.spyOn(console, 'warn').mockImplementation((text: string) => void said.push(text));
    });
    afterEach(() => warn.mockRestore());

    test('a file in place of its folder: one line, and the data is read', async () => {
      const file = join(await newFolder(), 'file');
      await writeFile(file, 'mine');
      const source = counting();
      const kept = diskCached(source, { folder: file, maximumBytes: 1e6, key: 'k' });
      for (const id of ['1', '2', '1']) await kept.read(id, 'train', size);
      expect(source.reads).toBe(3);
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(/file: cannot be written \(.*file is a file, not a folder\)/);
      expect(said[0]).toMatch(/Decoded samples are not kept/);
      expect(await readFile(file, 'utf8')).toBe('mine');
    });

    test.each(['ENOSPC', 'EROFS', 'EACCES', 'EDQUOT', 'EMFILE', 'EFBIG'])(
      '%s: one line, nothing half-written, and entries of before are used',
      async (code) => {
        const folder = await newFolder();
        const source = counting();
        const options = { folder, maximumBytes: 1e6, key: 'k' };
        await diskCached(source, options).read('0', 'train', size);
        const write = async (path: string, content: Uint8Array | string) => {
          await writeFile(path, content.slice(0, 100));
          throw Object.assign(new Error(`${code}: no`), { code });
        };
        const kept = diskCached(source, options, write);
        for (const id of ['0', '1', '2'])
          expect((await kept.read(id, 'train', size)).id).toBe(`made-${id}`);
        expect(source.reads).toBe(3);
        expect(said).toHaveLength(1);
        expect(await readdir(folder)).toHaveLength(1);
      },
    );

    test('an entry that is a folder is as good as none', async () => {
      const folder = await newFolder();
      const source = counting();
      const options = { folder, maximumBytes: 1e6, key: 'k' };
      await diskCached(source, options).read('1', 'train', size);
      const [name] = await readdir(folder);
      await rm(join(folder, name));
      await mkdir(join(folder, name));
      expect((await diskCached(source, options).read('1', 'train', size)).id).toBe('made-1');
      expect(said[0]).toMatch(/a folder has this name/);
    });
  });

  test('an entry in the format of another V8 is made again', async () => {
    const folder = await newFolder();
    const source = counting();
    const kept = diskCached(source, { folder, maximumBytes: 1e6, key: 'k' });
    const sample = await kept.read('1', 'train', size);
    const [name] = await readdir(folder);
    // V8's serializer begins with 0xff and the version of its format, 15 in V8 11.3; 99 is no version.
    const content = serialize(sample);
    expect(content[0]).toBe(0xff);
    content[1] = 99;
    const digest = createHash('sha256').update(content).digest();
    await writeFile(join(folder, name), Buffer.concat([digest, content]));
    expect(await kept.read('1', 'train', size)).toEqual(sample);
    expect(source.reads).toBe(2);
    expect(await kept.read('1', 'train', size)).toEqual(sample);
    expect(source.reads).toBe(2);
  });
});
