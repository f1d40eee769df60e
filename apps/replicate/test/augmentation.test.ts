import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import { expect, test } from '@jest/globals';
import { centresOf, flipSample, randomStream, type Sample } from '@scene-mtl/data';
import { instance } from '@scene-mtl/vision-heads';
import { profiles } from '../src/config/profiles.ts';
import type { Config } from '../src/config/schema.ts';
import { augment, augmentationOf } from '../src/data/augmentation.ts';

const size = { height: 24, width: 32 };
const config = (zoom?: number): Config => ({
  ...profiles.smoke,
  size,
  training: { ...profiles.smoke.training, flip: 0.5, ...(zoom !== undefined && { zoom }) },
});

/** Two boxes of 12 × 16 px, at the size that a zoom of 2 reads. */
function boxes(): Sample {
  const [height, width] = [48, 64];
  const map = new Uint16Array(height * width);
  for (let r = 4; r < 16; r++) {
    map.fill(1, r * width + 6, r * width + 22);
    map.fill(2, (r + 24) * width + 40, (r + 24) * width + 56);
  }
  const image = Uint8Array.from({ length: 3 * map.length }, (_, i) => 100 * map[Math.floor(i / 3)]);
  const semantic = Uint8Array.from(map, (k) => k);
  return streetSample({
    id: 'boxes',
    height,
    width,
    image,
    semantic,
    instance: map,
    centres: centresOf(map, width),
  });
}

test('without a zoom a sample is flipped or left as it is', () => {
  const sample = boxes();
  expect(augment(augmentationOf(config()))(sample, () => 0)).toEqual(flipSample(sample));
  expect(augment(augmentationOf(config()))(sample, () => 0.9)).toBe(sample);
});

test('a zoom keeps labels, objects and centres together, at the size of the network', () => {
  const sample = boxes();
  const change = augment(augmentationOf(config(2)));
  const seen = { whole: 0, cut: 0 };
  for (let frame = 0; frame < 60; frame++) {
    const changed = change(sample, randomStream('zoom', frame));
    expect([arraysOf(changed).height, arraysOf(changed).width]).toEqual([size.height, size.width]);
    const map = arraysOf(changed).instance!;
    expect(Array.from(arraysOf(changed).semantic!)).toEqual(Array.from(map));
    for (const [value, centre] of centresOf(map, size.width)) {
      const rows = [...map.keys()]
        .filter((i) => map[i] === value)
        .map((i) => Math.floor(i / size.width));
      const columns = [...map.keys()].filter((i) => map[i] === value).map((i) => i % size.width);
      const inside =
        Math.min(...rows) > 0 &&
        Math.max(...rows) < size.height - 1 &&
        Math.min(...columns) > 0 &&
        Math.max(...columns) < size.width - 1;
      seen[inside ? 'whole' : 'cut']++;
      const told = arraysOf(changed).centres!.get(value)!;
      // Nearest-neighbour scaling moves an edge by up to half a pixel.
      if (inside) {
        expect(Math.abs(told.row - centre.row)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(told.column - centre.column)).toBeLessThanOrEqual(0.5);
      }
    }
  }
  expect(Math.min(seen.whole, seen.cut)).toBeGreaterThan(5);
});

test('the vectors of a cut object lead to the centre of the whole one', () => {
  const sample = boxes();
  // No flip; no shrinking: the window (24 × 32) begins at row 24, column 32 of 48 × 64.
  const numbers = [0.9, 1 - 2 ** -32, 1 - 2 ** -32, 1 - 2 ** -32];
  const changed = augment(augmentationOf(config(2)))(sample, () => numbers.shift()!);
  // Box 2 has rows 28 … 39 and columns 40 … 55: centre (33.5, 47.5), less the window's (24, 32).
  expect(arraysOf(changed).centres!.get(2)).toEqual({ row: 9.5, column: 15.5 });
  const { value, mask } = instance().encode(changed);
  const at = 4 * size.width + 8;
  expect(mask[at]).toBe(1);
  expect([value[2 * at], value[2 * at + 1]]).toEqual([7.5, 5.5]);
});

test('a jitter changes the light of the photograph within its bounds, and nothing else', () => {
  const sample = boxes();
  const jittered = { ...config(), training: { ...config().training, flip: 0, jitter: 0.2 } };
  const change = augment(augmentationOf(jittered));
  const changed = change(sample, randomStream('jitter', 1));
  expect(arraysOf(changed).semantic).toBe(arraysOf(sample).semantic);
  expect(arraysOf(changed).instance).toBe(arraysOf(sample).instance);
  expect(arraysOf(changed).image).not.toEqual(arraysOf(sample).image);
  // All draws at their top: factors 1.2. Grey pixels have no saturation: 1.2 (m + 1.2 (x − m)), with
  // m = 100 · 192 (1 + 2) / 3072 = 18.75 and x = 200: 1.2 (18.75 + 217.5) = 283.5, cut to 255; x = 100:
  // 1.2 (18.75 + 97.5) = 139.5, and x = 0: below 0.
  const top = change(sample, () => 1);
  const at = (r: number, c: number) => arraysOf(top).image[3 * (r * 64 + c)];
  expect([at(0, 0), at(5, 10), at(30, 45)]).toEqual([0, 140, 255]);
});
