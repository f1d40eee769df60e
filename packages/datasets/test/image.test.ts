import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import sharp from 'sharp';
import { nearestIndices, resizeNearest, resizeTriangle } from '@scene-mtl/data';
import { readIds, readWords } from '../src/image/ids.ts';
import { readPhoto } from '../src/image/photo.ts';
import { grey16Png, grey8Png, rgbPng } from '../src/image/write.ts';
import { newFolder, put } from './support.ts';

const size = { height: 5, width: 7 };
const grey8 = Uint8Array.from({ length: 35 }, (_, i) => (i * 37) % 256);
const grey16 = Uint16Array.from({ length: 35 }, (_, i) => (i * 1877) % 65536);
/** Every 16-bit value, in an order that no prediction of PNG finds: the factor is odd. */
const every16 = Uint16Array.from({ length: 65536 }, (_, i) => i * 40503);
const rgb = Uint8Array.from({ length: 105 }, (_, i) => (i * 29) % 256);

describe('reading images', () => {
  test('8-bit grey, 16-bit grey and colour come back exactly as written', async () => {
    const folder = await newFolder();
    await put(join(folder, 'a.png'), await grey8Png(grey8, size));
    const large = { height: 256, width: 256 };
    await put(join(folder, 'b.png'), await grey16Png(every16, large));
    await put(join(folder, 'c.png'), await rgbPng(rgb, size));
    expect(await readIds(join(folder, 'a.png'))).toEqual({ ...size, data: grey8 });
    expect(await readWords(join(folder, 'b.png'))).toEqual({ ...large, data: every16 });
    expect(await readPhoto(join(folder, 'c.png'))).toEqual({ ...size, data: rgb, native: size });
  });

  test('a photograph is averaged down, not sampled: black and white lines become grey', async () => {
    const file = join(await newFolder(), 'lines.png');
    const lines = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => ((i / 3) % 2 < 1 ? 0 : 255));
    await put(file, await rgbPng(lines, { height: 64, width: 64 }));
    const { data } = await readPhoto(file, { height: 8, width: 8 });
    // The middle of an 8 × 8 picture sees whole periods only: 255 / 2.
    const middle = data[(4 * 8 + 4) * 3];
    expect(Math.abs(middle - 127.5)).toBeLessThanOrEqual(2);
  });

  describe('is an error that names the file', () => {
    const cases: [string, () => Promise<Uint8Array>, RegExp][] = [
      ['when it is empty', () => Promise.resolve(new Uint8Array(0)), /is empty/],
      [
        'when it is no PNG',
        () => Promise.resolve(new TextEncoder().encode('hello, this is text')),
        /is not a PNG file, it starts with the bytes 68 65 6c 6c/,
      ],
      [
        'when it is truncated in the middle',
        async () => (await grey8Png(grey8, size)).slice(0, 60),
        /truncated/,
      ],
      [
        'when only the end chunk is missing',
        async () => (await grey8Png(grey8, size)).slice(0, -12),
        /truncated/,
      ],
      [
        'when a byte of the pixels is damaged',
        async () => {
          const bytes = Uint8Array.from(await grey8Png(grey8, size));
          bytes[bytes.indexOf(0x54, 37) + 12] ^= 0xff;
          return bytes;
        },
        /damaged/,
      ],
      [
        'when it has no header chunk',
        // The signature and an end chunk.
        async () => {
          const bytes = await grey8Png(grey8, size);
          return Buffer.concat([bytes.slice(0, 8), bytes.slice(-12)]);
        },
        /damaged: its first chunk is no header/,
      ],
      ['when it is in colour', () => rgbPng(rgb, size), /got 8 bits, rgb \(5 × 7\)/],
    ];
    test.each(cases)('%s', async (_, make, reason) => {
      const file = join(await newFolder(), 'label ü.png');
      await put(file, await make());
      const failure = readIds(file);
      await expect(failure).rejects.toThrow(reason);
      await expect(failure).rejects.toThrow(file);
    });

    test('when a 16-bit image is wanted and 8 bits come', async () => {
      const file = join(await newFolder(), 'disparity.png');
      await put(file, await grey8Png(grey8, size));
      await expect(readWords(file)).rejects.toThrow(/expected 16 bits per channel, grey; got 8/);
    });

    test('when a 16-bit image is truncated or its checksum is wrong', async () => {
      const file = join(await newFolder(), 'disparity.png');
      const png = await grey16Png(grey16, size);
      await put(file, png.slice(0, -30));
      await expect(readWords(file)).rejects.toThrow(/truncated/);
      const damaged = Uint8Array.from(png);
      damaged[damaged.length - 20] ^= 1;
      await put(file, damaged);
      await expect(readWords(file)).rejects.toThrow(/damaged: wrong checksum in IDAT/);
    });

    test('when a photograph is truncated, empty, missing, or no photograph', async () => {
      const file = join(await newFolder(), 'photo.png');
      const png = await rgbPng(rgb, size);
      await put(file, png.slice(0, 80));
      await expect(readPhoto(file)).rejects.toThrow(/photo\.png: not a/);
      // The pixels are whole, the end chunk is missing.
      await put(file, png.slice(0, -12));
      await expect(readPhoto(file)).rejects.toThrow(/photo\.png: .*the PNG image is truncated/);
      await put(file, 'text');
      await expect(readPhoto(file)).rejects.toThrow(
        /photo\.png: not a photograph .*expected a JPEG/,
      );
      await put(file, '');
      await expect(readPhoto(file)).rejects.toThrow(/photo\.png: the file is empty/);
      await expect(readPhoto(`${file}.gone.png`)).rejects.toThrow(/photo\.png\.gone\.png.*ENOENT/);
      await expect(readPhoto(join(file, '..'))).rejects.toThrow(/cannot be read \(not a file\)/);
    });

    test('when a JPEG photograph is truncated', async () => {
      const file = join(await newFolder(), 'photo.jpg');
      const big = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 91) % 256);
      const jpeg = await sharp(big, { raw: { height: 64, width: 64, channels: 3 } })
        .jpeg()
        .toBuffer();
      await put(file, jpeg.subarray(0, Math.floor(jpeg.length / 2)));
      await expect(readPhoto(file)).rejects.toThrow(file);
    });
  });
});

describe('nearest pixel', () => {
  test('takes the pixel at offset floor(f / 2) of each cell for whole factors', () => {
    for (const f of [1, 2, 3, 4, 5, 8, 16]) {
      const expected = Array.from({ length: 6 }, (_, i) => f * i + Math.floor(f / 2));
      expect(Array.from(nearestIndices(6 * f, 6))).toEqual(expected);
    }
  });

  test('gives the indices that Pillow gives for 36 → 28', () => {
    // Pillow 9.4, Image.resize((28, 28), NEAREST) of a ramp.
    expect(Array.from(nearestIndices(36, 28))).toEqual([
      0, 1, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 28, 30, 31,
      32, 34, 35,
    ]);
  });

  test('never makes a value that was not there, and keeps a map of its own size', () => {
    const sides = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(sides, sides, sides, sides, (h, w, toH, toW) => {
        const data = Uint16Array.from({ length: h * w }, (_, i) => i * 3);
        const to = { height: toH, width: toW };
        const result = resizeNearest(data, { height: h, width: w }, to);
        const rows = nearestIndices(h, toH);
        const columns = nearestIndices(w, toW);
        expect(rows.every((r) => r >= 0 && r < h)).toBe(true);
        for (let r = 0; r < toH; r++) {
          for (let c = 0; c < toW; c++) {
            expect(result[r * toW + c]).toBe(data[rows[r] * w + columns[c]]);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('linear resize', () => {
  test('keeps an even image and halves by the triangle 1 3 3 1', () => {
    const even = new Uint8Array(6 * 6 * 3).fill(77);
    const from = { height: 6, width: 6 };
    expect(resizeTriangle(even, from, { height: 9, width: 4 }, 3).every((v) => v === 77)).toBe(
      true,
    );
    // Second pixel of 4 from 8: source centre 2.5, weights 1 3 3 1 over 1 … 4: (16·1 + 8·3) / 8 = 5.
    const row = Uint8Array.of(0, 16, 8, 0, 0, 0, 0, 0);
    const [, second] = resizeTriangle(row, { height: 1, width: 8 }, { height: 1, width: 4 }, 1);
    expect(second).toBe(5);
  });
});
