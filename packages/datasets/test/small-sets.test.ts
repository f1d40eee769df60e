import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { multiMnist, readMnist, toyRegression, type Mnist } from '../src/index.ts';
import { newFolder, put } from './support.ts';

/** Digits whose pixels name their index, row and column. */
function ramp(count: number): Mnist {
  const images = Uint8Array.from({ length: count * 784 }, (_, i) => {
    const pixel = i % 784;
    return (Math.floor(i / 784) * 50 + Math.floor(pixel / 28) * 5 + (pixel % 28)) % 256;
  });
  return { count, images, labels: Uint8Array.from({ length: count }, (_, i) => i % 10) };
}

describe('MultiMNIST', () => {
  test('is the recipe of Sener & Koltun, pixel by pixel', () => {
    const digits = ramp(5);
    const { images, left, right, count } = multiMnist(digits, 3);
    expect(count).toBe(5);
    // The list of source rows and columns of the published recipe (nearest, 36 → 28).
    const source = [
      0, 1, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 28, 30, 31,
      32, 34, 35,
    ];
    const pixel = (digit: number, r: number, c: number) =>
      r < 0 || c < 0 || r > 27 || c > 27 ? 0 : digits.images[(digit * 28 + r) * 28 + c];
    for (let i = 0; i < 5; i++) {
      expect(left[i]).toBe(digits.labels[i]);
      const expected = source.flatMap((r) =>
        source.map((c) => {
          const value = Math.max(pixel(i, r, c), pixel(right[i], r - 6, c - 6));
          return (value / 255 - 0.1307) / 0.3081;
        }),
      );
      expect(images.subarray(i * 784, (i + 1) * 784)).toBeAllClose(expected);
    }
  });

  test('draws partners from the seed', () => {
    const digits = ramp(40);
    expect(multiMnist(digits, 1).right).toEqual(multiMnist(digits, 1).right);
    expect(multiMnist(digits, 1).right).not.toEqual(multiMnist(digits, 2).right);
  });
});

describe('reading MNIST', () => {
  const idx = (magic: number, shape: number[], values: number) => {
    const head = Buffer.alloc(4 + 4 * shape.length);
    head.writeUInt32BE(magic, 0);
    shape.forEach((side, k) => head.writeUInt32BE(side, 4 + 4 * k));
    return gzipSync(Buffer.concat([head, Buffer.alloc(values, 1)]));
  };

  test('refuses files that are missing, foreign, cut short or of another shape', async () => {
    const folder = await newFolder();
    const images = join(folder, 't10k-images-idx3-ubyte.gz');
    await expect(readMnist(folder, 'test')).rejects.toThrow(/t10k-images.*ENOENT/);
    await put(images, 'text');
    await expect(readMnist(folder, 'test')).rejects.toThrow(/t10k-images.*cannot be read/);
    await put(images, idx(0x0801, [2, 28, 28], 2 * 784));
    await expect(readMnist(folder, 'test')).rejects.toThrow(/expected an IDX file/);
    await put(images, idx(0x0803, [2, 28, 28], 2 * 784 - 1));
    await expect(readMnist(folder, 'test')).rejects.toThrow(
      /expected 1568 bytes for \[2, 28, 28\], got 1567/,
    );
    await put(images, idx(0x0803, [2, 28, 27], 2 * 28 * 27));
    await put(join(folder, 't10k-labels-idx1-ubyte.gz'), idx(0x0801, [2], 2));
    await expect(readMnist(folder, 'test')).rejects.toThrow(
      /images-idx3-ubyte.gz: expected images of 28 × 28, got 28 × 27/,
    );
  });

  withData('mnist')('the test set has the published bytes', async () => {
    const { count, images, labels } = await readMnist(sharedData('mnist'), 'test');
    expect(count).toBe(10000);
    // md5 of the unzipped t10k-images file of MNIST, header (magic, 10000, 28, 28) included.
    const head = Buffer.from('00000803000027100000001c0000001c', 'hex');
    const md5 = createHash('md5').update(head).update(images).digest('hex');
    expect(md5).toBe('2646ac647ad5339dbf082846283269ea');
    expect(labels[0]).toBe(7);
  });
});

describe('toy regression', () => {
  test('has the noise it says: residuals about the true lines have deviations 10 and 1', () => {
    const count = 20000;
    const { x, targets, truth } = toyRegression({ count, seed: 4 });
    expect(truth.map((t) => t.sigma)).toEqual([10, 1]);
    truth.forEach(({ w, b, sigma }, k) => {
      const squares = targets[k].reduce((sum, y, i) => sum + (y - w * x[i] - b) ** 2, 0);
      // The standard error of a deviation from n draws is σ / √(2 n) = 0.5 %; four of them.
      expect(Math.abs(Math.sqrt(squares / count) / sigma - 1)).toBeLessThan(0.02);
    });
  });

  test('refuses an empty set', () => {
    expect(() => toyRegression({ count: 0, seed: 1 })).toThrow(/at least 1, got 0/);
  });
});
