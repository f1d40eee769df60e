import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exactSum } from '../src/metrics/exact-sum.ts';

const sumOf = (xs: readonly number[]) => {
  const sum = exactSum();
  xs.forEach((x) => sum.add(x));
  return sum.value();
};

describe('exactSum', () => {
  test('sums what plain addition loses', () => {
    // 1 + 1e100 + 1 − 1e100 is 2; plain float64 addition gives 0 (example of Python's math.fsum).
    expect(sumOf([1, 1e100, 1, -1e100])).toBe(2);
    // Ten times 0.1 is 1 rounded once: math.fsum([.1] * 10) == 1.0.
    expect(sumOf(Array.from({ length: 10 }, () => 0.1))).toBe(1);
  });

  test('rounds ties to even, looking past the tie', () => {
    // 2^53 + 1 is a tie and goes down to even; with a further 2^-60 it must go up.
    expect(sumOf([2 ** 53, 1])).toBe(2 ** 53);
    expect(sumOf([2 ** 53, 1, 2 ** -60])).toBe(2 ** 53 + 2);
    expect(sumOf([2 ** 53, 1, -(2 ** -60)])).toBe(2 ** 53);
  });

  test('does not depend on order or on how parts are merged', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 });
    fc.assert(
      fc.property(
        fc.array(number, { maxLength: 40 }),
        fc.nat(40),
        fc.nat(1000),
        (xs, cut, seed) => {
          const shuffled = [...xs].sort(
            (a, b) => ((a * 7919 + seed) % 1) - ((b * 7919 + seed) % 1),
          );
          const left = exactSum();
          const right = exactSum();
          shuffled.slice(0, cut).forEach((x) => left.add(x));
          shuffled.slice(cut).forEach((x) => right.add(x));
          right.merge(left);
          expect(right.value()).toBe(sumOf(xs));
          expect(sumOf([...xs].reverse())).toBe(sumOf(xs));
        },
      ),
    );
  });

  test('agrees with exact arithmetic on whole multiples of a power of two', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n })), (xs) => {
        const exact = xs.reduce((a, b) => a + b, 0n);
        // Number(bigint) rounds once, ties to even.
        expect(sumOf(xs.map(Number))).toBe(Number(exact) + 0);
      }),
    );
  });

  test('keeps few partials however much is added, and stays exact while packing them', () => {
    const sum = exactSum();
    const numbers = Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 10 ** ((i % 500) - 250));
    let most = 0;
    for (const x of numbers) {
      sum.add(x);
      most = Math.max(most, sum.partials().length);
    }
    expect(most).toBeGreaterThan(50);
    expect(most).toBeLessThan(100);
    // Taking everything back in another order leaves exactly nothing.
    [...numbers].reverse().forEach((x) => sum.add(-x));
    expect(sum.value()).toBe(0);
  });

  test('carries NaN and infinities like plain addition', () => {
    expect(sumOf([1, NaN, 2])).toBeNaN();
    expect(sumOf([1, Infinity])).toBe(Infinity);
    expect(sumOf([Infinity, -Infinity])).toBeNaN();
    expect(sumOf([])).toBe(0);
    const merged = exactSum();
    const infinite = exactSum();
    infinite.add(-Infinity);
    merged.add(3);
    merged.merge(infinite);
    expect(merged.value()).toBe(-Infinity);
  });
});
