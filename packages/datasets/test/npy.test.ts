import { writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeNpy, readNpy } from '../src/described/npy.ts';

/** How NEP 1 has each type written at a place of a `DataView`. */
const writers: Record<
  string,
  (view: DataView, at: number, value: number, little: boolean) => void
> = {
  u1: (v, at, x) => v.setUint8(at, x),
  i1: (v, at, x) => v.setInt8(at, x),
  u2: (v, at, x, l) => v.setUint16(at, x, l),
  i2: (v, at, x, l) => v.setInt16(at, x, l),
  u4: (v, at, x, l) => v.setUint32(at, x, l),
  i4: (v, at, x, l) => v.setInt32(at, x, l),
  u8: (v, at, x, l) => v.setBigUint64(at, BigInt(x), l),
  i8: (v, at, x, l) => v.setBigInt64(at, BigInt(x), l),
  f4: (v, at, x, l) => v.setFloat32(at, x, l),
  f8: (v, at, x, l) => v.setFloat64(at, x, l),
};

function file(header: string, body: Uint8Array, version = 1): Buffer {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const head = Buffer.alloc(version === 1 ? 10 : 12);
  head.write('\u0093NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, text, body]);
}

const dict = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;

describe.each(Object.keys(writers))('numbers of type %s', (type) => {
  test('are read as they are, in both orders of bytes, C and Fortran, versions 1 to 3', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 3 });
    const cases = fc.record({
      shape: shapes,
      little: fc.boolean(),
      fortran: fc.boolean(),
      version: fc.constantFrom(1, 2, 3),
    });
    fc.assert(
      fc.property(cases, ({ shape, little, fortran, version }) => {
        const bytes = Number(type[1]);
        const count = shape.reduce((a, b) => a * b, 1);
        const body = new Uint8Array(count * bytes);
        const view = new DataView(body.buffer);
        // The value at an index tells the index: 100 i + 10 j + k, below 0 where the type has a sign.
        const sign = type.startsWith('u') ? 1 : -1;
        const values: number[] = [];
        const visit = (index: number[]): void => {
          if (index.length < shape.length) {
            for (let k = 0; k < shape[index.length]; k++) visit([...index, k]);
            return;
          }
          const value = sign * index.reduce((sum, k) => 5 * sum + k, 1);
          const order = fortran
            ? index.map((_, k) => k)
            : index.map((_, k) => index.length - 1 - k);
          let [place, stride] = [0, 1];
          for (const k of order) {
            place += index[k] * stride;
            stride *= shape[k];
          }
          values.push(value % 120);
          writers[type](view, place * bytes, value % 120, little);
        };
        visit([]);
        const shapeText = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
        const order = bytes === 1 ? '|' : little ? '<' : '>';
        const header = dict(`${order}${type}`, shapeText, fortran ? 'True' : 'False');
        const found = decodeNpy(file(header, body, version), 'a.npy');
        expect(found.shape).toEqual(shape);
        expect([...found.data]).toEqual(values);
      }),
      { numRuns: 40 },
    );
  });
});

test.each<[string, Buffer, RegExp]>([
  ['nothing', Buffer.alloc(0), /^a\.npy: is not a NumPy file/],
  ['another file', Buffer.from('\u0089PNG\r\n\u001a\n0000', 'latin1'), /is not a NumPy file/],
  [
    'another version',
    file(dict('<f4', '1,'), new Uint8Array(4), 9),
    /of version 9, expected 1, 2 or 3/,
  ],
  [
    'a header that ends early',
    file(dict('<f4', '1,'), new Uint8Array(4)).subarray(0, 30),
    /truncated in its header/,
  ],
  [
    'a length beyond the file',
    Buffer.from('\u0093NUMPY\u0002\u0000\u00ff\u00ff\u00ff\u00ff', 'latin1'),
    /truncated in its header/,
  ],
  [
    'no shape',
    file("{'descr': '<f4', 'fortran_order': False}", new Uint8Array(4)),
    /expected descr of one type/,
  ],
  [
    'a record',
    file(dict('<f4', '1,').replace("'<f4'", "[('x', '<f4')]"), new Uint8Array(4)),
    /expected descr of one type/,
  ],
  [
    'objects',
    file(dict('|O', '1,'), new Uint8Array(4)),
    /numbers of type '\|O', expected one of b1, u1/,
  ],
  ['complex numbers', file(dict('<c8', '1,'), new Uint8Array(8)), /numbers of type '<c8'/],
  [
    'too few bytes',
    file(dict('<f4', '2, 2'), new Uint8Array(12)),
    /NumPy file of \d+ bytes, expected \d+ for 2 × 2 of f4/,
  ],
  [
    'too many bytes',
    file(dict('|u1', '3,'), new Uint8Array(4)),
    /NumPy file of \d+ bytes, expected/,
  ],
  [
    'a shape that no memory holds',
    file(dict('<f8', '99999999, 99999999'), new Uint8Array(8)),
    /99999999 × 99999999 numbers, expected at most/,
  ],
  [
    'a shape beyond all numbers',
    file(dict('<f8', '9'.repeat(400)), new Uint8Array(8)),
    /numbers, expected at most/,
  ],
])('refuses %s', (_, bytes, message) => {
  expect(() => decodeNpy(bytes, 'a.npy')).toThrow(message);
});

describe('a file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'npy '));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is named in errors, and its shape can be refused before its numbers are read', async () => {
    await expect(readNpy(join(folder, 'none.npy'))).rejects.toThrow(
      /none\.npy: cannot be read \(ENOENT\)/,
    );
    await expect(readNpy(folder)).rejects.toThrow(/cannot be read \(not a file\)/);
    const path = join(folder, 'a.npy');
    await writeFile(path, file(dict('|u1', '2,'), Uint8Array.of(1, 2)));
    const refuse = (shape: readonly number[]) => {
      throw new Error(`no ${shape.length}`);
    };
    await expect(readNpy(path, refuse)).rejects.toThrow('no 1');
    expect((await readNpy(path)).data).toEqual(Uint8Array.of(1, 2));
  });
});
