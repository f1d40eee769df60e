import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { classesKind, fieldOf } from '@scene-mtl/data';
import { openDataset } from '../src/index.ts';
import { readIds, readTriples, readWords } from '../src/image/ids.ts';
import { grey16Png, grey8Png, rgbPng } from '../src/image/write.ts';
import { framePaths, newFolder, put, putFrame } from './support.ts';

const size = { height: 2, width: 4 };
/** Road, building, sky and car twice. */
const ids = Uint8Array.of(7, 11, 23, 26, 26, 23, 11, 7);

/** A chunk of a PNG. */
function chunk(type: string, body: Uint8Array): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  sum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, sum]);
}

/** A PNG with a chunk put behind its header, which ends at byte 33. */
const withChunk = (png: Uint8Array, type: string, body: Uint8Array): Buffer =>
  Buffer.concat([png.subarray(0, 33), chunk(type, body), png.subarray(33)]);

/** A PNG of packed rows. */
function packed(width: number, depth: number, colour: number, rows: number[][]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([depth, colour, 0, 0, 0], 8);
  const palette = Uint8Array.from({ length: 3 * 2 ** depth }, (_, i) => 255 - i);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(colour === 3 ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', deflateSync(Buffer.from(rows.map((row) => [0, ...row]).flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The body of an iCCP chunk: the smallest profile of grey with a gamma of 1.8 (ICC.1:2001-04). */
function greyProfile(): Buffer {
  const fixed = (value: number) => Math.round(value * 65536);
  const profile = Buffer.alloc(128 + 4 + 24 + 20 + 16);
  profile.writeUInt32BE(profile.length, 0);
  profile.writeUInt32BE(0x02400000, 8);
  profile.write('mntrGRAYXYZ ', 12, 'latin1');
  profile.write('acsp', 36, 'latin1');
  const white = [0.9642, 1, 0.8249].map(fixed);
  white.forEach((value, k) => profile.writeUInt32BE(value, 68 + 4 * k));
  profile.writeUInt32BE(2, 128);
  profile.write('wtpt', 132, 'latin1');
  profile.writeUInt32BE(156, 136);
  profile.writeUInt32BE(20, 140);
  profile.write('kTRC', 144, 'latin1');
  profile.writeUInt32BE(176, 148);
  profile.writeUInt32BE(14, 152);
  profile.write('XYZ ', 156, 'latin1');
  white.forEach((value, k) => profile.writeUInt32BE(value, 164 + 4 * k));
  profile.write('curv', 176, 'latin1');
  profile.writeUInt32BE(1, 184);
  profile.writeUInt16BE(Math.round(1.8 * 256), 188);
  return Buffer.concat([Buffer.from('grey\0\0', 'latin1'), deflateSync(profile)]);
}

const word = (value: number) => Buffer.from([0, 0, value >> 8, value & 255]);
/** What makes an image library change the numbers of a grey picture. */
const conversions: Record<string, (png: Uint8Array) => Buffer> = {
  'a colour profile': (png) => withChunk(png, 'iCCP', greyProfile()),
  'a gamma': (png) => withChunk(png, 'gAMA', word(30000)),
  'a transparent value': (png) => withChunk(png, 'tRNS', Buffer.from([0, 26])),
  'a rendering intent': (png) => withChunk(png, 'sRGB', Buffer.from([0])),
  'significant bits': (png) => withChunk(png, 'sBIT', Buffer.from([5])),
};

describe('a picture of ids', () => {
  test('a colour profile would change it: the test of the tests', async () => {
    const png = conversions['a colour profile'](await grey8Png(ids, size));
    const managed = await sharp(png).toColourspace('b-w').raw().toBuffer();
    expect([...managed]).not.toEqual([...ids]);
  });

  test.each(Object.keys(conversions))('is read as stored, with %s', async (name) => {
    const file = join(await newFolder(), 'ids.png');
    await put(file, conversions[name](await grey8Png(ids, size)));
    expect(await readIds(file)).toEqual({ ...size, data: ids });
    const words = Uint16Array.from(ids, (id) => id * 1000);
    await put(file, conversions[name](await grey16Png(words, size)));
    expect(await readWords(file)).toEqual({ ...size, data: words });
  });

  test.each([
    // 4 pixels in 1, 2 or 4 bits each, high bits first.
    [1, 0, [[0b10110000]], [1, 0, 1, 1]],
    [2, 0, [[0b00011011]], [0, 1, 2, 3]],
    [4, 0, [[0x1f, 0xa0]], [1, 15, 10, 0]],
    [1, 3, [[0b10110000]], [1, 0, 1, 1]],
    [4, 3, [[0x1f, 0xa0]], [1, 15, 10, 0]],
    [8, 3, [[7, 11, 23, 26]], [7, 11, 23, 26]],
  ])(
    'of %d bits, colour type %d, gives its numbers or indices',
    async (depth, colour, rows, want) => {
      const file = join(await newFolder(), 'ids.png');
      await put(file, packed(4, depth, colour, rows));
      expect(await readIds(file)).toEqual({ height: 1, width: 4, data: Uint8Array.from(want) });
    },
  );

  test('interlaced, and of three numbers, is read as stored', async () => {
    const file = join(await newFolder(), 'ids.png');
    const grey = sharp(ids, { raw: { ...size, channels: 1 } }).toColourspace('b-w');
    await put(file, await grey.png({ progressive: true }).toBuffer());
    expect((await readIds(file)).data).toEqual(ids);
    const normals = Uint8Array.from({ length: 24 }, (_, i) => i * 10);
    await put(file, conversions['a gamma'](await rgbPng(normals, size)));
    expect((await readTriples(file)).data).toEqual(normals);
  });

  test('of several channels, or of 8 bits where 16 were written, is an error that says so', async () => {
    const file = join(await newFolder(), 'ids.png');
    const rgb = new Uint8Array(24);
    await put(file, await rgbPng(rgb, size));
    await expect(readIds(file)).rejects.toThrow(
      /ids\.png: expected one channel, grey or palette; got 8 bits, rgb \(2 × 4\)/,
    );
    await put(file, packed(1, 8, 4, [[7, 255]]));
    await expect(readIds(file)).rejects.toThrow(/got 8 bits, grey-alpha/);
    await put(file, await grey8Png(ids, size));
    await expect(readWords(file)).rejects.toThrow(/expected 16 bits per channel, grey; got 8 bits/);
    await put(
      file,
      await sharp(rgb, { raw: { ...size, channels: 3 } })
        .jpeg()
        .toBuffer(),
    );
    await expect(readIds(file)).rejects.toThrow(
      /ids\.png: is not a PNG file, it starts .* ff d8 ff/,
    );
    await expect(readIds(join(file, '..'))).rejects.toThrow(/cannot be read \(not a file\)/);
  });

  test('gives a tree the classes that are stored', async () => {
    const root = await newFolder();
    const native = { height: 8, width: 16 };
    await putFrame(root, native);
    const { labelIds } = framePaths(root);
    const wide = Uint8Array.from({ length: 128 }, (_, i) => ids[i % 8]);
    const palette = packed(
      16,
      8,
      3,
      Array.from({ length: 8 }, (_, y) => [...wide.subarray(16 * y, 16 * y + 16)]),
    );
    const files = [
      ...Object.values(conversions).map(async (convert) => convert(await grey8Png(wide, native))),
      palette,
      grey16Png(Uint16Array.from(wide), native),
    ];
    for (const file of files) {
      await put(labelIds, await file);
      const sample = await (await openDataset(root)).read('city_000000_000019', 'train', native);
      const { data } = fieldOf(sample, 'semantic', classesKind);
      // Training ids of road, building, sky, car.
      expect([...data.subarray(0, 8)]).toEqual([0, 2, 10, 13, 13, 10, 2, 0]);
    }
  });
});
