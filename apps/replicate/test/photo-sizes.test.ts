import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Window } from '@scene-mtl/data';
import fc from 'fast-check';
import { findPhotos, globExpression } from '../src/predict/find-photos.ts';
import { planOf } from '../src/predict/photo-plan.ts';
import { blendAnswers, blendMaps, cutWindow } from '../src/predict/windows.ts';

const input = { height: 192, width: 256 };
const kitti = { height: 375, width: 1242 };

describe('where the network looks', () => {
  test('three windows cover a frame of KITTI at its own shape', () => {
    // 192 / 375 · 1242 = 635.9 columns; (636 − 256) / (256 · 3/4) = 1.98, so two steps of 190.
    expect(planOf('windows', kitti, input)).toEqual({
      size: { height: 192, width: 636 },
      windows: [0, 190, 380].map((left) => ({ top: 0, left, ...input })),
    });
  });

  test('a letterbox has the whole in the middle; what is resized loses its shape', () => {
    // 256 / 1242 · 375 = 77.3 rows; (77 − 192) / 2 above.
    expect(planOf('letterbox', kitti, input)).toEqual({
      size: { height: 77, width: 256 },
      windows: [{ top: -57, left: 0, ...input }],
    });
    const whole = { size: input, windows: [{ top: 0, left: 0, ...input }] };
    expect(planOf('resize', kitti, input)).toEqual(whole);
    // 480 × 360 is of this shape; one row more is nearly.
    expect(planOf('windows', { height: 361, width: 480 }, input)).toEqual(whole);
  });

  test('windows lie within the picture, see every pixel, and share a quarter with the next', () => {
    const side = fc.integer({ min: 8, max: 3000 });
    fc.assert(
      fc.property(side, side, (height, width) => {
        const { size, windows } = planOf('windows', { height, width }, input);
        const along = (at: (w: Window) => number, length: number, window: number) => {
          const starts = [...new Set(windows.map(at))];
          expect(starts[0]).toBe(0);
          expect(starts[starts.length - 1]).toBe(length - window);
          const steps = starts.slice(1).map((start, i) => start - starts[i]);
          expect(Math.max(0, ...steps)).toBeLessThanOrEqual(0.75 * window + 1);
        };
        along(({ top }) => top, size.height, input.height);
        along(({ left }) => left, size.width, input.width);
      }),
    );
  });
});

describe('outputs of windows', () => {
  const size = { height: 1, width: 4 };
  const window = (left: number): Window => ({ top: 0, left, height: 1, width: 3 });

  test('are weighted by the distance to the border', () => {
    const blend = blendMaps(size);
    blend.add(Float32Array.of(10, 10, 10), window(0));
    blend.add(Float32Array.of(0, 0, 0), window(1));
    // Weights 1, 2, 1 each: the second pixel is 2 of the first to 1 of the second, the third 1 to 2.
    expect([...blend.result()].map((x) => x.toFixed(4))).toEqual([
      ...['10.0000', '6.6667', '3.3333', '0.0000'],
    ]);
  });

  test('of a part of the picture are what is there', () => {
    const image = Float32Array.from({ length: 12 }, (_, i) => i + 1);
    // Two columns before the picture are 0; the third is its first.
    expect([...cutWindow(image, size, window(-2))]).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 3]);
    const blend = blendMaps({ height: 1, width: 1 });
    blend.add(Float32Array.of(7, 8, 9), window(-2));
    expect([...blend.result()]).toEqual([9]);
  });

  test('that belong to no place are averaged', () => {
    const blend = blendAnswers();
    const reused = Float32Array.of(1, 5);
    blend.add(reused, window(0));
    reused.set([3, 6]);
    blend.add(reused, window(1));
    expect([...blend.result()]).toEqual([2, 5.5]);
  });
});

describe('photographs that are named', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replicate-photos-'));
    await mkdir(join(folder, 'bonn'));
    for (const file of ['a.jpg', 'b.png', 'notes.txt', 'bonn/c.JPG']) {
      await writeFile(join(folder, file), '');
    }
  });
  const found = async (...names: string[]) =>
    (await findPhotos(names.map((name) => join(folder, name)))).map((file) =>
      file.slice(folder.length + 1),
    );

  test('by folder, by pattern, or each, once', async () => {
    expect(await found('.')).toEqual(['a.jpg', 'b.png', 'bonn/c.JPG']);
    expect(await found('*.{jpg,png}', 'a.jpg')).toEqual(['a.jpg', 'b.png']);
    expect(await found('**/[b-c].*')).toEqual(['b.png', 'bonn/c.JPG']);
    // What is not there is told of where it is read, like all that cannot be.
    expect(await found('d.jpg')).toEqual(['d.jpg']);
    await expect(found('*.webp')).rejects.toThrow('*.webp: no file fits this pattern');
    await mkdir(join(folder, 'empty'));
    await expect(found('empty')).rejects.toThrow('empty: no photograph below this folder');
  });

  test('a pattern means itself where it has no magic', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[*?[{]/.test(text)),
        (text) => {
          expect(globExpression(text).test(text)).toBe(true);
        },
      ),
    );
    expect(globExpression('a?c/**').test('abc/d/e')).toBe(true);
    expect(globExpression('*.png').test('a/b.png')).toBe(false);
  });
});
