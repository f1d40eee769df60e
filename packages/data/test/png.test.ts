import { deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encode, type BitDepth } from 'fast-png';
import sharp from 'sharp';
import { decodePng } from '../src/png/png.ts';

const encoded = (
  width: number,
  height: number,
  channels: number,
  depth: BitDepth,
  data: Uint8Array | Uint16Array,
) => Buffer.from(encode({ width, height, channels, depth, data }));

/** A PNG written by hand: one filter byte per row in front of the given bytes. */
function handMade(
  width: number,
  depth: number,
  colour: number,
  rows: number[][],
  extra = 0,
  { height = rows.length, interlace = 0 } = {},
): Buffer {
  const chunk = (type: string, body: Buffer) => {
    const content = Buffer.concat([Buffer.from(type, 'latin1'), body]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc(content));
    return Buffer.concat([length, content, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(colour === 3 ? [chunk('PLTE', Buffer.from([0, 0, 0, 9, 9, 9, 255, 0, 0, 0, 0, 1]))] : []),
    chunk('IDAT', deflateSync(Buffer.concat([Buffer.from(rows.flat()), Buffer.alloc(extra)]))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** CRC-32 bit by bit (PNG specification, annex D). */
function crc(bytes: Buffer): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

/** The filters of the PNG specification, section 9.2, written down literally for 8-bit grey. */
function unfiltered(rows: number[][], width: number): number[] {
  const out: number[][] = [];
  rows.forEach(([filter, ...bytes], y) => {
    const row: number[] = [];
    bytes.forEach((byte, x) => {
      const a = x > 0 ? row[x - 1] : 0;
      const b = y > 0 ? out[y - 1][x] : 0;
      const c = x > 0 && y > 0 ? out[y - 1][x - 1] : 0;
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      const predicted = [0, a, b, Math.floor((a + b) / 2), paeth][filter];
      row.push((byte + predicted) & 255);
    });
    out.push(row.slice(0, width));
  });
  return out.flat();
}

describe('decodePng', () => {
  test('gives back 8- and 16-bit samples of every channel count as they were written', async () => {
    const image = fc.record({
      width: fc.integer({ min: 1, max: 12 }),
      height: fc.integer({ min: 1, max: 9 }),
      channels: fc.constantFrom(1, 2, 3, 4),
      wide: fc.boolean(),
      seed: fc.nat(),
      sparse: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(image, async ({ width, height, channels, wide, seed, sparse }) => {
        const length = width * height * channels;
        const data = wide ? new Uint16Array(length) : new Uint8Array(length);
        for (let i = 0; i < length; i++) {
          data[i] = sparse && (i + seed) % 7 ? 0 : (i * 2654435761 + seed) >>> 8;
        }
        const png = await decodePng(
          encoded(width, height, channels, wide ? 16 : 8, data),
          'generated',
        );
        expect([png.width, png.height, png.channels]).toEqual([width, height, channels]);
        expect([...png.data]).toEqual([...data]);
      }),
    );
  });

  test.each([true, false])('reads what libvips wrote, adaptive filters: %s', async (adaptive) => {
    const [width, height] = [37, 23];
    const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * i) >> 3);
    const rgb = sharp(pixels, { raw: { width, height, channels: 3 } });
    const file = await rgb.png({ adaptiveFiltering: adaptive }).toBuffer();
    expect([...(await decodePng(file, 'libvips')).data]).toEqual([...pixels]);
  });

  test('undoes each row filter by hand arithmetic', async () => {
    const png = await decodePng(
      handMade(3, 8, 0, [
        [0, 1, 2, 3], // none: 1 2 3
        [1, 5, 1, 1], // sub: 5 6 7
        [2, 1, 0, 250], // up: 6, 6, 7 + 250 − 256 = 1
        [3, 2, 2, 2], // average: 2 + 3, 2 + ⌊(5 + 6)/2⌋ = 7, 2 + ⌊(7 + 1)/2⌋ = 6
        [4, 1, 1, 1], // paeth: 1 + 5; a 6 b 7 c 5: p 8, nearest b → 8; a 8 b 6 c 7: p 7, pc 0 → 8
        [0, 0, 0, 0],
        [4, 0, 0, 0], // zero under zero
        [1, 0, 0, 0],
        [2, 0, 4, 0],
        [2, 0, 0, 0], // repeats the row above
      ]),
      'hand-made',
    );
    expect([...png.data]).toEqual(
      [
        [1, 2, 3],
        [5, 6, 7],
        [6, 6, 1],
        [5, 7, 6],
        [6, 8, 8],
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
        [0, 4, 0],
        [0, 4, 0],
      ].flat(),
    );
  });

  test('reads rows of zeros wherever they lie, in images taller and wider than square', async () => {
    const row = fc.record({ filter: fc.nat(4), zero: fc.boolean(), value: fc.nat(255) });
    const image = fc.tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.array(row, { minLength: 1, maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(image, async ([width, rows]) => {
        const filtered = rows.map(({ filter, zero, value }) => [
          filter,
          ...Array.from({ length: width }, (_, x) => (zero ? 0 : (value * (x + 1)) & 255)),
        ]);
        const png = await decodePng(handMade(width, 8, 0, filtered), 'random rows');
        expect([...png.data]).toEqual(unfiltered(filtered, width));
      }),
      { numRuns: 300 },
    );
  });

  test('keeps 1-, 2- and 4-bit samples and palette indices unscaled', async () => {
    const one = await decodePng(handMade(10, 1, 0, [[0, 0b10110000, 0b01000000]]), 'one');
    expect([...one.data]).toEqual([1, 0, 1, 1, 0, 0, 0, 0, 0, 1]);
    const four = await decodePng(handMade(3, 4, 0, [[0, 0x1f, 0xa0]]), 'four');
    expect([...four.data]).toEqual([1, 15, 10]);
    const palette = await decodePng(handMade(4, 2, 3, [[0, 0b00011011]]), 'palette');
    expect(palette.kind).toBe('palette');
    expect([...palette.data]).toEqual([0, 1, 2, 3]);
    expect(palette.palette?.slice(3, 6)).toEqual(Uint8Array.of(9, 9, 9));
  });

  test('reads interlaced files', async () => {
    const pixels = Uint8Array.from({ length: 3 * 11 * 13 }, (_, i) => (7 * i) & 255);
    const file = await sharp(pixels, { raw: { width: 11, height: 13, channels: 3 } })
      .png({ progressive: true })
      .toBuffer();
    // Byte 28 of the header is the interlace method.
    expect(file[28]).toBe(1);
    expect([...(await decodePng(file, 'interlaced')).data]).toEqual([...pixels]);
  });

  test('reads interlaced files of every kind and depth, and of any size', async () => {
    // Top, left, down, right of the seven passes (PNG specification, section 8.1).
    const passes = [
      ...[[0, 0, 8, 8] as const, [0, 4, 8, 8] as const, [4, 0, 8, 4] as const],
      ...[[0, 2, 4, 4] as const, [2, 0, 4, 2] as const, [0, 1, 2, 2] as const],
      [1, 0, 2, 1] as const,
    ];
    const kind = fc.constantFrom(
      ...[1, 2, 4, 8, 16].map((depth) => ({ colour: 0, depth, channels: 1 })),
      ...[1, 2, 4, 8].map((depth) => ({ colour: 3, depth, channels: 1 })),
      ...[8, 16].map((depth) => ({ colour: 2, depth, channels: 3 })),
      ...[8, 16].map((depth) => ({ colour: 6, depth, channels: 4 })),
    );
    const side = fc.integer({ min: 1, max: 19 });
    await fc.assert(
      fc.asyncProperty(side, side, kind, fc.nat(), async (width, height, shape, seed) => {
        const { colour, depth, channels } = shape;
        const value = (y: number, x: number, k: number) =>
          ((y * 31 + x * 7 + k * 3 + seed) * 2654435761) % 2 ** depth;
        const rows = passes.flatMap(([top, left, down, right]) => {
          if (left >= width) return [];
          const list: number[][] = [];
          for (let y = top; y < height; y += down) {
            let bits = '';
            for (let x = left; x < width; x += right) {
              for (let k = 0; k < channels; k++) {
                bits += value(y, x, k).toString(2).padStart(depth, '0');
              }
            }
            bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0');
            list.push([0, ...bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2))]);
          }
          return list;
        });
        const png = await decodePng(
          handMade(width, depth, colour, rows, 0, { height, interlace: 1 }),
          'interlaced',
        );
        const expected = Array.from({ length: width * height * channels }, (_, i) => {
          const pixel = Math.floor(i / channels);
          return value(Math.floor(pixel / width), pixel % width, i % channels);
        });
        expect([...png.data]).toEqual(expected);
      }),
    );
  });

  test('refuses by its header what is too large, and says the largest that fits', async () => {
    const large = handMade(16383, 8, 0, [[0]], 0, { height: 16383 });
    await expect(decodePng(large, 'bomb.png')).rejects.toThrow(
      // floor(√2²⁷) = 11585
      'bomb.png: PNG: 16383 × 16383 px is above the limit of 134217728 px; the largest of this shape that fits is 11585 × 11585',
    );
    const tall = handMade(1, 8, 0, [[0]], 0, { height: 2 ** 31 - 1 });
    await expect(decodePng(tall, 'tall.png')).rejects.toThrow(/fits is 134217728 × 1$/);
    const none = handMade(0, 8, 0, [[0]]);
    await expect(decodePng(none, 'none.png')).rejects.toThrow(/none\.png: PNG: 1 × 0 px is empty/);
  });

  test('says what is wrong with a damaged file, and never gives pixels', async () => {
    const good = encoded(8, 8, 1, 8, new Uint8Array(64).fill(3));
    const broken = async (bytes: Buffer) => {
      try {
        await decodePng(bytes, 'mask.png');
        return 'no error';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(await broken(Buffer.from('GIF89a'))).toBe(
      'mask.png: is not a PNG file, it starts with the bytes 47 49 46 38',
    );
    for (let cut = 8; cut < good.length; cut++) {
      expect(await broken(good.subarray(0, cut))).toMatch(/^mask\.png: PNG is truncated at byte/);
    }
    const flipped = Buffer.from(good);
    flipped[good.length - 18] ^= 4;
    expect(await broken(flipped)).toContain('wrong checksum in IDAT');
    expect(await broken(handMade(4, 8, 0, [[0, 1, 2]]))).toContain('3 of 5 bytes');
    expect(await broken(handMade(2, 8, 0, [[0, 1, 2]], 100))).toContain(
      'more pixels than its header',
    );
    expect(await broken(handMade(2, 8, 0, [[9, 1, 2]]))).toContain('row 0 has filter 9');
    expect(await broken(handMade(2, 3, 0, [[0, 1]]))).toContain('colour type 0 with 3 bits');
    expect(await broken(handMade(2 ** 20, 8, 0, new Array<number[]>(400).fill([0])))).toContain(
      'above',
    );
  });
});

test('damage anywhere gives pixels or an error that names the file', async () => {
  const files = [
    handMade(
      9,
      8,
      0,
      Array.from({ length: 7 }, (_, y) => [y % 5, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ),
    handMade(
      9,
      4,
      3,
      Array.from({ length: 7 }, () => [0, 0x12, 0x34, 0x56, 0x78, 0x90]),
    ),
    handMade(2, 16, 0, [[0, 1, 2, 3, 4]], 0, { interlace: 1 }),
  ];
  const damage = fc.record({
    file: fc.nat(files.length - 1),
    at: fc.nat(200),
    bytes: fc.uint8Array({ maxLength: 9 }),
    removed: fc.nat(9),
    mended: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, at, bytes, removed, mended }) => {
      const good = files[file];
      const from = at % good.length;
      const bad = Buffer.concat([good.subarray(0, from), bytes, good.subarray(from + removed)]);
      // Headers are behind a checksum, which would hide most of what damage can do.
      if (mended && bad.length > 33) bad.writeUInt32BE(crc(bad.subarray(12, 29)), 29);
      try {
        const { width, height, channels, data } = await decodePng(bad, 'fuzz.png');
        expect(data).toHaveLength(width * height * channels);
      } catch (error) {
        expect((error as Error).message).toMatch(/^fuzz\.png: /);
      }
    }),
    { numRuns: Number(process.env['FUZZ'] ?? 1000) },
  );
});
