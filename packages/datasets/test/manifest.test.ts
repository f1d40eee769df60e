import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readManifest } from '../src/index.ts';
import { readMnist } from '../src/mnist/idx.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'));
});
afterAll(() => rm(folder, { recursive: true }));

const manifest = {
  ...{ generator: 3, seed: 7, frames: { train: 2, val: 1 }, height: 16, width: 32 },
  ...{ occlusion: 'ordinary', noise: {}, hash: 'f6'.repeat(32) },
};
const remedy = '; generate the tree again, or remove the file if the frames are not generated ones';

test.each([
  ['{"generator": 3', ':1:16: expected , or }, got the end'],
  ['null', ': expected an object, got null'],
  [
    JSON.stringify({ ...manifest, hash: 'f6' }),
    ': hash: expected a text of the form /^[0-9a-f]{64}$/, got "f6"',
  ],
  [JSON.stringify({ ...manifest, seed: '7' }), ': seed: expected a number, got "7"'],
  [
    JSON.stringify({ ...manifest, frames: { train: 2 } }),
    ': frames.val: expected a number, got nothing',
  ],
  [
    JSON.stringify({ ...manifest, occlusion: 'cats' }),
    ': occlusion: expected "ordinary" or "cut", got "cats"',
  ],
  [
    JSON.stringify({ ...manifest, noise: { labelFlips: -1 } }),
    ': noise.labelFlips: expected a number ≥ 0, got -1',
  ],
])('the manifest %j of a generated tree is named with its field', async (text, message) => {
  const file = join(folder, 'street.json');
  await writeFile(file, text);
  await expect(readManifest(folder)).rejects.toMatchObject({
    message: `${file}${message}${remedy}`,
  });
});

test('a manifest with a byte-order mark is read', async () => {
  await writeFile(join(folder, 'street.json'), `\ufeff${JSON.stringify(manifest)}`);
  expect(await readManifest(folder)).toEqual(manifest);
});

/** Magic number, sizes, then so many bytes. */
function idx(magic: number, shape: readonly number[], values: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  [magic, ...shape].forEach((n, i) => head.writeUInt32BE(n, 4 * i));
  return gzipSync(Buffer.concat([head, values]));
}
const digits = idx(0x803, [2, 28, 28], new Uint8Array(2 * 784));
const labels = (...of: number[]) => idx(0x801, [of.length], Uint8Array.from(of));
const images = 'train-images-idx3-ubyte.gz';
const classes = 'train-labels-idx1-ubyte.gz';

test.each([
  [images, Buffer.from('no gzip'), /cannot be read \(incorrect header check\)/],
  [images, digits.subarray(0, 20), /cannot be read \(unexpected end of file\)/],
  [
    images,
    idx(0x803, [2, 28, 28], new Uint8Array(5)),
    /expected 1568 bytes for \[2, 28, 28\], got 5$/,
  ],
  [
    images,
    idx(0xd03, [2, 28, 28], new Uint8Array(1568)),
    /expected an IDX file of bytes with 3 axes, magic number 0x00000803, got 0x00000d03$/,
  ],
  [images, idx(0x803, [], new Uint8Array(3)), /expected an IDX header of 16 bytes, got 7$/],
  [
    images,
    idx(0x803, [0xffffffff, 0xffffffff, 0xffffffff], new Uint8Array(5)),
    /expected 79228162458924105385300197375 bytes for \[4294967295, 4294967295, 4294967295\], got 5$/,
  ],
  [images, idx(0x803, [0, 28, 28], new Uint8Array(0)), /expected one digit or more, got none$/],
  [
    images,
    idx(0x803, [2, 28, 20], new Uint8Array(1120)),
    /expected images of 28 × 28, got 28 × 20$/,
  ],
  [classes, labels(1), /expected 2 labels, as there are images, got 1$/],
  [classes, labels(1, 10), /label 1: expected a digit 0–9, got 10$/],
])('%s with a wrong header or content is named', async (name, bytes, message) => {
  await writeFile(join(folder, images), digits);
  await writeFile(join(folder, classes), labels(3, 9));
  expect((await readMnist(folder, 'train')).count).toBe(2);
  await writeFile(join(folder, name), bytes);
  const fault = readMnist(folder, 'train');
  await expect(fault).rejects.toThrow(message);
  await expect(fault).rejects.toThrow(join(folder, name));
});

test('a small file that unpacks to more than any of MNIST is not unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(2 ** 27 + 1));
  await writeFile(join(folder, images), bomb);
  await expect(readMnist(folder, 'train')).rejects.toThrow(
    `${join(folder, images)}: cannot be read (unpacks to more than 134217728 bytes)`,
  );
});
