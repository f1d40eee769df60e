import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { constant, cosine, poly, steps, warmUp } from '../src/index.ts';

test('poly follows (1 − i/max)^0.9 and ends at 0', () => {
  const rate = poly(0.01, 1000);
  expect(rate(0)).toBe(0.01);
  // 0.01 · 0.5^0.9 = 0.01 · 0.535887
  expect(rate(500)).toBeCloseTo(0.00535887, 8);
  expect(rate(1000)).toBe(0);
  expect(rate(1500)).toBe(0);
});

test('cosine is halfway at half the steps', () => {
  const rate = cosine(0.2, 100);
  expect([rate(0), rate(50), rate(100), rate(150)]).toBeAllClose([0.2, 0.1, 0, 0], { atol: 1e-12 });
});

test('steps multiplies at each milestone', () => {
  const rate = steps(1, [10, 20], 0.1);
  expect([9, 10, 19, 20].map(rate)).toBeAllClose([1, 0.1, 0.1, 0.01], { rtol: 1e-12 });
});

test('warmUp rises linearly and meets the schedule', () => {
  const rate = warmUp(4, constant(8));
  expect([0, 1, 2, 3, 4, 5].map(rate)).toEqual([2, 4, 6, 8, 8, 8]);
});

test('poly and cosine never rise and stay within 0 and the rate', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(600), (max, i) => {
      for (const rate of [poly(0.3, max), cosine(0.3, max)]) {
        expect(rate(i)).toBeGreaterThanOrEqual(rate(i + 1));
        expect(rate(i)).toBeLessThanOrEqual(0.3);
        expect(rate(i)).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test('a schedule over no steps is refused', () => {
  expect(() => poly(0.1, 0)).toThrow('poly: expected a whole number of steps, at least 1, got 0');
  expect(() => cosine(0.1, 1.5)).toThrow('got 1.5');
  expect(() => warmUp(-1, constant(1))).toThrow('got -1');
});
