import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { angularError, colourNormals, degreesBetween } from '../src/index.ts';

const all = (pixels: number) => new Uint8Array(pixels).fill(1);

test('gives the five numbers of NYUv2, by hand', () => {
  // Against (0, 0, −1): itself 0°; tan 20° = 0.36397 to the side; 45°; opposite 180°; one masked.
  const gt = Float32Array.from([0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1]);
  const pred = Float32Array.from([0, 0, -2, 0.363970234, 0, -1, 0, 1, -1, 0, 0, 1, 1, 0, 0]);
  const error = angularError();
  error.add(gt, pred, Uint8Array.of(1, 1, 1, 1, 0));
  const { mean, median, within11, within22, within30, pixels } = error.result();
  expect(mean).toBeCloseTo((0 + 20 + 45 + 180) / 4, 5);
  // The lower of the two in the middle, 20°, to half a bin.
  expect(Math.abs(median - 20)).toBeLessThanOrEqual(0.0051);
  expect([within11, within22, within30, pixels]).toEqual([0.25, 0.5, 0.5, 4]);
});

test('a direction that is none is a right angle off', () => {
  expect(degreesBetween([0, 0, -1], [0, 0, 0], 0)).toBe(90);
});

test('parts in any order give the same bits as the whole', () => {
  const direction = fc.tuple(
    ...([0, 0, 0].map(() => fc.integer({ min: -9, max: 9 })) as [
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
    ]),
  );
  fc.assert(
    fc.property(fc.array(direction, { minLength: 2, maxLength: 9 }), (vectors) => {
      const [forward, backward, part] = [angularError(), angularError(), angularError()];
      const add = (to: typeof forward, v: readonly number[]) =>
        to.add(Float32Array.of(0.6, 0, -0.8), Float32Array.from(v), all(1));
      vectors.forEach((v) => add(forward, v));
      [...vectors].reverse().forEach((v, k) => add(k % 2 ? part : backward, v));
      backward.merge(part);
      expect(backward.result()).toEqual(forward.result());
    }),
  );
});

test('is NaN without pixels and refuses lengths that do not fit', () => {
  const { mean, median, within11, pixels } = angularError().result();
  expect([mean, median, within11, pixels]).toEqual([NaN, NaN, NaN, 0]);
  expect(() => angularError().add(new Float32Array(3), new Float32Array(2), all(1))).toThrow(
    'expected gt and pred of 3 numbers',
  );
});

test('a wall that faces the camera is light blue, a road green', () => {
  const { data } = colourNormals(Float32Array.of(0, 0, -1, 0, -2, 0), undefined, 1, 2);
  expect(Array.from(data)).toEqual([128, 128, 255, 128, 255, 128]);
});
