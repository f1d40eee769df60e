import { describe, expect, test } from '@jest/globals';
import { centresOf, randomStream, type Centre } from '@scene-mtl/data';
import fc from 'fast-check';
import { arraysOf } from '@scene-mtl/data/testing';
import {
  compose,
  horizontalFlip,
  jittered,
  randomCrop,
  randomScale,
  scaled,
} from '../src/index.ts';
import { madeSample } from './support.ts';

// Each transform against a loop over pixels that only follows its definition.

const side = fc.integer({ min: 1, max: 9 });
const samples = fc.tuple(side, side, fc.nat(50)).map(([h, w, salt]) => madeSample(h, w, salt));

describe('scale', () => {
  /** Weights of source pixels 0 … from − 1 for target pixel t: a triangle, wider when it shrinks. */
  function weights(from: number, to: number, t: number): number[] {
    const centre = ((t + 0.5) * from) / to - 0.5;
    const radius = Math.max(1, from / to);
    const raw = Array.from({ length: from }, (_, i) =>
      Math.max(0, 1 - Math.abs(i - centre) / radius),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return raw.map((w) => w / sum);
  }

  test('gives each pixel the weighted mean of the photograph and the nearest value of every map', () => {
    const factors = fc.double({ min: 0.4, max: 2.5, noNaN: true });
    fc.assert(
      fc.property(samples, factors, (sample, factor) => {
        const result = scaled(sample, factor);
        const [h, w] = [arraysOf(sample).height, arraysOf(sample).width];
        expect(arraysOf(result).height).toBe(Math.max(1, Math.round(h * factor)));
        expect(arraysOf(result).width).toBe(Math.max(1, Math.round(w * factor)));
        for (let r = 0; r < arraysOf(result).height; r++) {
          for (let c = 0; c < arraysOf(result).width; c++) {
            const to = r * arraysOf(result).width + c;
            const row = Math.floor(((r + 0.5) * h) / arraysOf(result).height);
            const column = Math.floor(((c + 0.5) * w) / arraysOf(result).width);
            const from = row * w + column;
            expect(arraysOf(result).semantic![to]).toBe(arraysOf(sample).semantic![from]);
            expect(arraysOf(result).instance![to]).toBe(arraysOf(sample).instance![from]);
            expect(arraysOf(result).disparityValid![to]).toBe(
              arraysOf(sample).disparityValid![from],
            );
            const d = (arraysOf(sample).disparity![from] * arraysOf(result).width) / w;
            expect(arraysOf(result).disparity![to]).toBeCloseTo(d, 4);
            for (let k = 0; k < 3; k++) {
              let mean = 0;
              weights(h, arraysOf(result).height, r).forEach((a, i) => {
                weights(w, arraysOf(result).width, c).forEach((b, j) => {
                  mean += a * b * arraysOf(sample).image[(i * w + j) * 3 + k];
                });
              });
              // Rounded to whole values; single precision may decide a half either way.
              expect(Math.abs(arraysOf(result).image[3 * to + k] - mean)).toBeLessThan(0.501);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('photometric jitter', () => {
  test('is brightness and contrast about the mean, then saturation about the grey value', () => {
    const factor = fc.double({ min: 0, max: 2, noNaN: true });
    fc.assert(
      fc.property(samples, factor, factor, factor, (sample, brightness, contrast, saturation) => {
        const { image } = arraysOf(jittered(sample, { brightness, contrast, saturation }));
        const grey = ([r, g, b]: number[]) => 0.299 * r + 0.587 * g + 0.114 * b;
        const pixels = Array.from(
          { length: arraysOf(sample).height * arraysOf(sample).width },
          (_, i) => Array.from(arraysOf(sample).image.subarray(3 * i, 3 * i + 3)),
        );
        const mean = pixels.reduce((sum, pixel) => sum + grey(pixel), 0) / pixels.length;
        pixels.forEach((pixel, i) => {
          const bright = pixel.map((x) => brightness * (mean + contrast * (x - mean)));
          const g = grey(bright);
          bright.forEach((y, k) => {
            const z = Math.max(0, Math.min(255, g + saturation * (y - g)));
            expect(Math.abs(image[3 * i + k] - z)).toBeLessThan(0.500001);
          });
        });
      }),
      { numRuns: 40 },
    );
  });
});

describe('centre vectors', () => {
  test('point from every pixel to where flip, scale and crop take the centre of its object', () => {
    const shape = fc.record({
      height: fc.integer({ min: 6, max: 12 }),
      width: fc.integer({ min: 6, max: 12 }),
      salt: fc.nat(30),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(shape, ({ height, width, salt, seed }) => {
        const sample = madeSample(height, width, salt);
        const window = { height: 4, width: 4 };
        const chain = compose(horizontalFlip(), randomScale(0.8, 1.6), randomCrop(window));
        const result = chain(sample, randomStream('chain', seed));

        // The same draws in the same order, on one point.
        const random = randomStream('chain', seed);
        const isFlipped = random() < 0.5;
        const factor = 0.8 + 0.8 * random();
        const [tall, wide] = [Math.round(height * factor), Math.round(width * factor)];
        const top = Math.floor(random() * (tall - 4 + 1));
        const left = Math.floor(random() * (wide - 4 + 1));
        const moved = ({ row, column }: Centre) => {
          const x = isFlipped ? width - 1 - column : column;
          return {
            row: ((row + 0.5) * tall) / height - 0.5 - top,
            column: ((x + 0.5) * wide) / width - 0.5 - left,
          };
        };

        const before = centresOf(arraysOf(sample).instance!, width);
        arraysOf(result).instance!.forEach((value, i) => {
          if (value === 0) return;
          const [r, c] = [Math.floor(i / 4), i % 4];
          const expected = moved(before.get(value)!);
          const centre = arraysOf(result).centres!.get(value)!;
          expect(centre.row - r).toBeCloseTo(expected.row - r, 9);
          expect(centre.column - c).toBeCloseTo(expected.column - c, 9);
        });
      }),
      { numRuns: 60 },
    );
  });
});
