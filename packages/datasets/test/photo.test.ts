import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { readPhoto } from '../src/index.ts';
import { photoSize } from '../src/image/photo.ts';
import { newFolder, put } from './support.ts';

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  jest.spyOn(console, 'warn').mockImplementation((text: string) => void warnings.push(text));
});
afterEach(() => void jest.restoreAllMocks());

const size = { height: 2, width: 3 };
/** Six colours, row by row: A B C, D E F. */
const [A, B, C, D, E, F] = [10, 60, 110, 160, 210, 250].map((v) => [v, v ^ 5, v ^ 9]);
const rgb = Uint8Array.from([A, B, C, D, E, F].flat());
const image = () => sharp(rgb, { raw: { ...size, channels: 3 } });

async function photograph(bytes: Uint8Array | string, name = 'photo.png'): Promise<string> {
  const file = join(await newFolder(), name);
  await put(file, bytes);
  return file;
}

/** A JPEG of noise: what is damaged shows. */
const jpeg = () =>
  sharp(
    Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 91) % 256),
    { raw: { height: 64, width: 64, channels: 3 } },
  )
    .jpeg()
    .toBuffer();

describe('a photograph is read as it is looked at', () => {
  // What the eight orientations mean (Exif 3.0, tag 0x0112).
  test.each([
    [1, 2, [A, B, C, D, E, F]],
    [2, 2, [C, B, A, F, E, D]],
    [3, 2, [F, E, D, C, B, A]],
    [4, 2, [D, E, F, A, B, C]],
    [5, 3, [A, D, B, E, C, F]],
    [6, 3, [D, A, E, B, F, C]],
    [7, 3, [F, C, E, B, D, A]],
    [8, 3, [C, F, B, E, A, D]],
  ])('turned by EXIF orientation %d', async (orientation, height, want) => {
    const file = await photograph(await image().withMetadata({ orientation }).png().toBuffer());
    const native = { height, width: 6 / height };
    const turned = await readPhoto(file);
    expect(turned).toEqual({ ...native, data: Uint8Array.from(want.flat()), native });
    expect(await photoSize(file)).toEqual(native);
  });

  test('grey and palette become RGB; of 16 bits the upper 8 are taken', async () => {
    const grey = sharp(Uint8Array.of(3, 200), { raw: { height: 1, width: 2, channels: 1 } });
    const file = await photograph(await grey.toColourspace('b-w').png().toBuffer());
    expect([...(await readPhoto(file)).data]).toEqual([3, 3, 3, 200, 200, 200]);
    await put(file, await image().png({ palette: true }).toBuffer());
    expect([...(await readPhoto(file)).data]).toEqual([...rgb]);
    const words = Uint16Array.from(rgb, (v, i) => v * 256 + i * 14);
    const deep = sharp(words, { raw: { ...size, channels: 3 } });
    await put(file, await deep.toColourspace('rgb16').png().toBuffer());
    expect([...(await readPhoto(file)).data]).toEqual([...rgb]);
    const one = sharp(Uint16Array.of(0x0312), { raw: { height: 1, width: 1, channels: 1 } });
    await put(file, await one.toColourspace('grey16').png().toBuffer());
    expect([...(await readPhoto(file)).data]).toEqual([3, 3, 3]);
  });

  test('CMYK becomes RGB', async () => {
    const grey = sharp({ create: { ...size, channels: 3, background: '#808080' } });
    const file = await photograph(await grey.toColourspace('cmyk').jpeg().toBuffer(), 'p.jpg');
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const { data } = await readPhoto(file);
    expect(data).toHaveLength(18);
    // Near 128: a round trip through printing colours.
    for (const value of data) expect(Math.abs(value - 128)).toBeLessThan(20);
  });

  test('alpha is dropped, at its own size and at another', async () => {
    const pixels = Uint8Array.from({ length: 16 }, (_, i) => [90, 140, 40, 0][i % 4]);
    const clear = sharp(pixels, { raw: { height: 2, width: 2, channels: 4 } });
    const file = await photograph(await clear.png().toBuffer());
    for (const side of [1, 2, 3]) {
      const { data } = await readPhoto(file, { height: side, width: side });
      expect([...data.subarray(0, 3)]).toEqual([90, 140, 40]);
    }
  });

  test('a JPEG with stray bytes is read, with one warning', async () => {
    const bytes = await jpeg();
    // Behind the first segment, whose length stands in its third and fourth byte.
    const at = 4 + bytes.readUInt16BE(4);
    const stray = Buffer.concat([bytes.subarray(0, at), Buffer.from('stray'), bytes.subarray(at)]);
    const file = await photograph(stray, 'stray.jpg');
    const clean = await readPhoto(await photograph(bytes, 'clean.jpg'));
    expect((await readPhoto(file)).data).toEqual(clean.data);
    await readPhoto(file, { height: 8, width: 8 });
    expect(warnings).toEqual([
      `warning: ${file}: read, but Corrupt JPEG data: 5 extraneous bytes before marker 0xdb`,
    ]);
  });

  test('damage of many files read at once is told apart, though their decoders share one log', async () => {
    const bytes = await jpeg();
    const at = 4 + bytes.readUInt16BE(4);
    const stray = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(3), bytes.subarray(at)]);
    const cut = Buffer.concat([bytes.subarray(0, bytes.length / 2), Buffer.from([0xff, 0xd9])]);
    const files = await Promise.all(
      Array.from({ length: 16 }, (_, i) => photograph(i % 2 ? stray : cut, `many${i}.jpg`)),
    );
    for (let round = 0; round < 5; round++) {
      const read = await Promise.allSettled(files.map((file) => readPhoto(file)));
      expect(read.map(({ status }) => status)).toEqual(
        files.map((_, i) => (i % 2 ? 'fulfilled' : 'rejected')),
      );
    }
    expect(warnings).toHaveLength(8);
  });

  test('one that is not whole is refused, whatever its end says', async () => {
    const bytes = await jpeg();
    const half = bytes.subarray(0, bytes.length / 2);
    for (const cut of [half, Buffer.concat([half, Buffer.from([0xff, 0xd9])])]) {
      const file = await photograph(cut, 'cut.jpg');
      await expect(readPhoto(file)).rejects.toThrow(/cut\.jpg: not a whole photograph .*premature/);
    }
    const webp = await image().webp({ lossless: true }).toBuffer();
    const file = await photograph(webp.subarray(0, webp.length - 8), 'cut.webp');
    await expect(readPhoto(file)).rejects.toThrow(/cut\.webp: not a/);
    expect(warnings).toEqual([]);
  });

  test('one that is too large is refused by its header, with the largest that fits', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="15000" height="15000"/>';
    const png = Buffer.from(await image().png().toBuffer());
    // Another size in the header, and its checksum no longer right: no pixel can be decoded.
    png.writeUInt32BE(16383, 16);
    png.writeUInt32BE(16383, 20);
    for (const [bytes, name, side] of [
      [svg, 'large.svg', 15000],
      [png, 'large.png', 16383],
    ] as const) {
      const file = await photograph(bytes, name);
      await expect(readPhoto(file)).rejects.toThrow(
        `${file}: ${side} × ${side} px is above the limit of 134217728 px; the largest of this shape that fits is 11585 × 11585`,
      );
    }
    const small = await photograph(svg.replaceAll('15000', '8'), 'small.svg');
    await expect(readPhoto(small)).rejects.toThrow(/small\.svg: a drawing \(SVG\)/);
    await expect(
      readPhoto(await photograph(await jpeg()), { height: 9e4, width: 9e4 }),
    ).rejects.toThrow(/90000 × 90000 px is above the limit/);
  });
});
