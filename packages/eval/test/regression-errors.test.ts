import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { disparityError, vectorError } from '../src/index.ts';

const f32 = (...xs: number[]) => Float32Array.from(xs);

describe('vectorError', () => {
  test('gives the four errors of a hand-made image', () => {
    const e = vectorError();
    // Errors (3, 4), masked out, (0, −1): L1 7 and 1, length 5 and 1, squares 25 and 1.
    e.add(f32(0, 0, 9, 9, 1, 1), f32(3, 4, 0, 0, 1, 0), Uint8Array.of(1, 0, 1));
    expect(e.result()).toEqual({
      l1: 4,
      component: 2,
      euclidean: 3,
      rms: Math.sqrt(13),
      pixels: 2,
    });
  });

  test('weighs pixels, not images', () => {
    const e = vectorError();
    e.add(f32(0, 0), f32(6, 0), Uint8Array.of(1));
    e.add(f32(0, 0, 0, 0), f32(0, 0, 0, 0), Uint8Array.of(1, 1));
    expect(e.result().l1).toBe(2);
  });

  test('does not depend on the order of images or on merging, to the last bit', () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
    const image = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(image, { minLength: 2, maxLength: 8 }), (images) => {
        const add = (e: ReturnType<typeof vectorError>, pixels: [number, number][]) =>
          e.add(
            new Float32Array(2 * pixels.length),
            Float32Array.from(pixels.flat()),
            new Uint8Array(pixels.length).fill(1),
          );
        const forward = vectorError();
        images.forEach((p) => add(forward, p));
        const backward = vectorError();
        const part = vectorError();
        [...images].reverse().forEach((p, k) => add(k % 2 ? part : backward, p));
        backward.merge(part);
        expect(backward.result()).toEqual(forward.result());
      }),
    );
  });

  test('is NaN without pixels and refuses lengths that do not fit', () => {
    expect(vectorError().result()).toEqual({
      l1: NaN,
      component: NaN,
      euclidean: NaN,
      rms: NaN,
      pixels: 0,
    });
    expect(() => vectorError().add(f32(0, 0), f32(0), Uint8Array.of(1))).toThrow(
      'expected gt and pred of 2 numbers',
    );
  });
});

describe('disparityError', () => {
  test('gives every error of a hand-made image', () => {
    const e = disparityError();
    // d 10, 4, 0, (unknown); d̂ 8, 5.5, 1: |e| 2, 1.5, 1; squares 4, 2.25, 1.
    // Relative: 2/10, 1.5/4 over two pixels. Ratios 1.25 (not below 1.25) and 1.375.
    e.add(f32(10, 4, 0, 7), f32(8, 5.5, 1, 0), Uint8Array.of(1, 1, 1, 0), 500);
    const r = e.result();
    expect(r.mean).toBe(1.5);
    expect(r.rms).toBeCloseTo(Math.sqrt(7.25 / 3), 14);
    expect(r.relativeDisparity).toBeCloseTo((0.2 + 0.375) / 2, 14);
    expect([r.delta1, r.delta2, r.delta3]).toEqual([0, 1, 1]);
    // 1/Z = d / 500: errors 0.004, 0.003, 0.002.
    expect(r.inverseDepthMean).toBeCloseTo(0.003, 15);
    expect(r.inverseDepthRms).toBeCloseTo(Math.sqrt(7.25 / 3) / 500, 15);
    expect([r.pixels, r.positivePixels]).toEqual([3, 2]);
  });

  test('keeps inverse depth to the images that have a camera', () => {
    const e = disparityError();
    e.add(f32(1), f32(2), Uint8Array.of(1));
    expect(e.result().inverseDepthMean).toBeNaN();
    e.add(f32(4), f32(2), Uint8Array.of(1), 100);
    expect(e.result().inverseDepthMean).toBe(0.02);
    expect(e.result().mean).toBe(1.5);
  });

  test('counts a prediction of zero, below zero or NaN as outside every ratio', () => {
    const e = disparityError();
    e.add(f32(1, 1), f32(0, -1), Uint8Array.of(1, 1));
    expect(e.result().delta3).toBe(0);
    const nan = disparityError();
    nan.add(f32(1), f32(NaN), Uint8Array.of(1));
    expect(nan.result().delta3).toBe(0);
    // A NaN is not hidden in the mean.
    expect(nan.result().mean).toBeNaN();
  });

  test('is merged to the same bits as counted in one', () => {
    const [whole, left, right] = [disparityError(), disparityError(), disparityError()];
    for (let k = 0; k < 50; k++) {
      const [gt, pred] = [f32(Math.exp(k / 7), 3), f32(Math.exp(k / 7) + Math.sin(k), 3.3)];
      whole.add(gt, pred, Uint8Array.of(1, 1), 60 + k);
      (k % 3 ? left : right).add(gt, pred, Uint8Array.of(1, 1), 60 + k);
    }
    left.merge(right);
    expect(left.result()).toEqual(whole.result());
  });

  test('refuses lengths that do not fit and a camera without baseline', () => {
    expect(() => disparityError().add(f32(1), f32(1, 2), Uint8Array.of(1))).toThrow('1, 2 and 1');
    expect(() => disparityError().add(f32(1), f32(1), Uint8Array.of(1), 0)).toThrow('positive');
  });
});
