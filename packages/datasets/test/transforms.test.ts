import { describe, expect, test } from '@jest/globals';
import {
  centresOf,
  flipSample,
  randomStream,
  resizeNearest,
  withFields,
  type Sample,
} from '@scene-mtl/data';
import fc from 'fast-check';
import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import {
  compose,
  cropped,
  horizontalFlip,
  jittered,
  photometricJitter,
  randomCrop,
  randomScale,
  scaled,
  withProbability,
} from '../src/index.ts';
import { madeSample } from './support.ts';

const samples = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.nat(50))
  .map(([height, width, salt]) => madeSample(height, width, salt));

/** Every map of a sample, with its channels. */
const maps = (sample: Sample) => {
  const { image, semantic, instance, disparity, disparityValid } = arraysOf(sample);
  return [
    [image, 3],
    [semantic!, 1],
    [instance!, 1],
    [disparity!, 1],
    [disparityValid!, 1],
  ] as const;
};

describe('flip', () => {
  test('puts column c at W − 1 − c in every map', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const mirror = flipSample(sample);
        maps(sample).forEach(([before, channels], m) => {
          const [after] = maps(mirror)[m];
          const expected: number[] = [];
          for (let r = 0; r < arraysOf(sample).height; r++) {
            for (let c = 0; c < arraysOf(sample).width; c++) {
              for (let k = 0; k < channels; k++) {
                expected.push(
                  before[
                    (r * arraysOf(sample).width + arraysOf(sample).width - 1 - c) * channels + k
                  ],
                );
              }
            }
          }
          expect(Array.from(after)).toEqual(expected);
        });
      }),
      { numRuns: 30 },
    );
  });

  test('mirrors the centres as it mirrors the objects', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const mirror = flipSample(sample);
        for (const [value, centre] of centresOf(
          arraysOf(mirror).instance!,
          arraysOf(mirror).width,
        )) {
          expect(arraysOf(mirror).centres!.get(value)!.row).toBeCloseTo(centre.row, 9);
          expect(arraysOf(mirror).centres!.get(value)!.column).toBeCloseTo(centre.column, 9);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('twice gives the sample back, camera included', () => {
    const sample = madeSample(5, 8);
    expect(flipSample(flipSample(sample))).toEqual(sample);
    expect(arraysOf(flipSample(sample)).camera).toMatchObject({
      u0: 7 - 4,
      yaw: 0.02,
      roll: -0.01,
      y: -0.1,
    });
  });

  test('happens for p of the draws', () => {
    const sample = madeSample(2, 3);
    expect(horizontalFlip(0.3)(sample, () => 0.29)).toEqual(flipSample(sample));
    expect(horizontalFlip(0.3)(sample, () => 0.3)).toBe(sample);
  });
});

describe('crop', () => {
  test('cuts the same window from every map', () => {
    const windows = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(samples, windows, windows, windows, windows, (sample, a, b, c, d) => {
        const height = 1 + (a % arraysOf(sample).height);
        const width = 1 + (b % arraysOf(sample).width);
        const top = c % (arraysOf(sample).height - height + 1);
        const left = d % (arraysOf(sample).width - width + 1);
        const cut = cropped(sample, { top, left, height, width });
        maps(sample).forEach(([before, channels], m) => {
          const [after] = maps(cut)[m];
          expect(after).toHaveLength(height * width * channels);
          const expected = Array.from(after, (_, i) => {
            const pixel = Math.floor(i / channels);
            const row = top + Math.floor(pixel / width);
            const column = left + (pixel % width);
            return before[(row * arraysOf(sample).width + column) * channels + (i % channels)];
          });
          expect(Array.from(after)).toEqual(expected);
        });
      }),
      { numRuns: 40 },
    );
  });

  // A car of 1 × 4 px in columns 0 … 3: centre (0, 1.5). The window starts at column 2.
  const car = streetSample({
    id: 'car',
    height: 1,
    width: 6,
    instance: Uint16Array.of(26001, 26001, 26001, 26001, 0, 26002),
  });
  const window = { top: 0, left: 2, height: 1, width: 3 };

  test('keeps the centre of the whole object, even outside the window', () => {
    const { centres } = arraysOf(cropped(car, window));
    expect(centres).toEqual(new Map([[26001, { row: 0, column: -0.5 }]]));
  });

  test('can take the centre of what is left instead', () => {
    const { centres } = arraysOf(cropped(car, window, { centres: 'visible' }));
    expect(centres).toEqual(new Map([[26001, { row: 0, column: 0.5 }]]));
  });

  test('moves the principal point with the window', () => {
    const cut = cropped(madeSample(6, 8), { top: 1, left: 3, height: 4, width: 4 });
    expect(arraysOf(cut).camera).toMatchObject({ u0: 4 - 3, v0: 3 - 1, fx: 100 });
  });

  test('refuses a window that does not lie in the sample', () => {
    expect(() => cropped(car, { ...window, left: 4 })).toThrow(/1 × 3 at \(0, 4\).*1 × 6/);
    expect(() => cropped(car, { ...window, left: 0.5 })).toThrow(/does not lie/);
  });

  test('reaches both ends of the range', () => {
    const crop = randomCrop({ height: 2, width: 2 });
    const sample = madeSample(4, 5);
    const at = (top: number, left: number) => cropped(sample, { top, left, height: 2, width: 2 });
    expect(crop(sample, () => 0)).toEqual(at(0, 0));
    expect(crop(sample, () => 1 - 2 ** -32)).toEqual(at(2, 3));
  });
});

describe('scale', () => {
  test('multiplies disparity by the ratio of widths and moves centres with the pixels', () => {
    const sample = madeSample(4, 6);
    const double = scaled(sample, 2);
    expect([arraysOf(double).height, arraysOf(double).width]).toEqual([8, 12]);
    const from = { height: 4, width: 6 };
    const nearest = resizeNearest(arraysOf(sample).disparity!, from, { height: 8, width: 12 });
    expect(arraysOf(double).disparity).toEqual(nearest.map((d) => 2 * d));
    // Doubling repeats each pixel, so the mean of the mask is the scaled centre exactly.
    for (const [value, centre] of centresOf(arraysOf(double).instance!, 12)) {
      expect(arraysOf(double).centres!.get(value)!.row).toBeCloseTo(centre.row, 9);
      expect(arraysOf(double).centres!.get(value)!.column).toBeCloseTo(centre.column, 9);
    }
    expect(arraysOf(double).camera).toMatchObject({ fx: 200, fy: 180, u0: 8, v0: 6 });
  });

  test('keeps depth: baseline · fx / disparity is the same before and after', () => {
    const sample = madeSample(6, 10);
    const larger = scaled(sample, 1.5);
    const depth = (s: Sample, i: number) =>
      (arraysOf(s).camera!.baseline * arraysOf(s).camera!.fx) / arraysOf(s).disparity![i];
    const nearest = resizeNearest(
      Float32Array.from({ length: 60 }, (_, i) => depth(sample, i)),
      { height: 6, width: 10 },
      { height: 9, width: 15 },
    );
    const found = Float32Array.from({ length: 135 }, (_, i) => depth(larger, i));
    const finite = (list: Float32Array) => list.map((z) => (Number.isFinite(z) ? z : -1));
    expect(finite(found)).toBeAllClose(finite(nearest), { rtol: 1e-5 });
  });

  test('draws its factor evenly from the range', () => {
    const sample = madeSample(10, 10);
    expect(arraysOf(randomScale(1, 1.5)(sample, () => 0)).width).toBe(10);
    expect(arraysOf(randomScale(1, 1.5)(sample, () => 0.5)).width).toBe(13);
  });
});

describe('photometric jitter', () => {
  const row = (...image: number[]): Sample =>
    streetSample({ id: 'x', height: 1, width: image.length / 3, image: Uint8Array.from(image) });
  const none = { brightness: 1, contrast: 1, saturation: 1 };

  test('changes nothing at factors of 1', () => {
    const sample = madeSample(4, 5);
    expect(jittered(sample, none)).toEqual(sample);
  });

  test('follows its formula', () => {
    // Brightness 2 on one grey pixel: 2 · 50 = 100.
    expect(arraysOf(jittered(row(50, 50, 50), { ...none, brightness: 2 })).image[0]).toBe(100);
    // Saturation 0 of pure red: 0.299 · 200 = 59.8 in each channel.
    const grey = jittered(row(200, 0, 0), { ...none, saturation: 0 });
    expect(Array.from(arraysOf(grey).image)).toEqual([60, 60, 60]);
    // Contrast 0 gives the mean grey value: (0 + 100) / 2 = 50.
    const two = jittered(row(0, 0, 0, 100, 100, 100), { ...none, contrast: 0 });
    expect(Array.from(arraysOf(two).image)).toEqual(Array(6).fill(50));
    // Clipped, not wrapped.
    expect(arraysOf(jittered(row(200, 200, 200), { ...none, brightness: 2 })).image[0]).toBe(255);
  });

  test('leaves labels and geometry alone', () => {
    const sample = madeSample(3, 4);
    const changed = photometricJitter()(sample, randomStream('jitter', 1));
    expect(changed.fields['image']).not.toEqual(sample.fields['image']);
    expect(withFields(changed, { image: sample.fields['image'] })).toEqual(sample);
  });
});

describe('transforms together', () => {
  const sample = madeSample(8, 12);
  const all = compose(
    horizontalFlip(),
    randomScale(1, 1.5),
    randomCrop({ height: 6, width: 8 }),
    withProbability(0.5, photometricJitter()),
  );

  test('give the same sample from the same stream, and never change what they are given', () => {
    const copy = structuredClone(sample);
    const first = all(sample, randomStream('all', 7));
    expect(all(sample, randomStream('all', 7))).toEqual(first);
    expect(sample).toEqual(copy);
    expect([arraysOf(first).height, arraysOf(first).width]).toEqual([6, 8]);
  });
});
