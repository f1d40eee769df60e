import { describe, expect, test } from '@jest/globals';
import { difference } from '../compatibility/difference.ts';
import { pageOf } from '../compatibility/page.ts';
import { timesOf } from '../compatibility/row.ts';

describe('difference of two results', () => {
  test('is relative to the largest value of the same array', () => {
    // |−4.5 − −4| / 4 = 0.125; |0.01 − 0| / 1 = 0.01.
    const expected = { a: [1, -4], b: [1, 0] };
    expect(difference({ a: [1, -4.5], b: [1, 0.01] }, expected)).toBeCloseTo(0.125, 12);
  });

  test('holds small numbers against 10⁻³', () => {
    // 10⁻⁶ / 10⁻³.
    expect(difference({ a: [1e-6] }, { a: [0] })).toBeCloseTo(1e-3, 12);
  });

  test('takes NaN for NaN alone, and infinity for infinity', () => {
    expect(difference({ a: [NaN, Infinity] }, { a: [NaN, Infinity] })).toBe(0);
    expect(difference({ a: [NaN] }, { a: [0] })).toBe(Infinity);
    expect(difference({ a: [-Infinity] }, { a: [Infinity] })).toBe(Infinity);
  });

  test('is infinite for another name or length', () => {
    expect(difference({ b: [1] }, { a: [1] })).toBe(Infinity);
    expect(difference({ a: [1, 2] }, { a: [1] })).toBe(Infinity);
  });
});

test('times are the median and the smallest, in three digits', () => {
  expect(timesOf([4, 1.23456, 2])).toEqual({ median: 2, min: 1.23 });
  expect(timesOf([1, 2])).toEqual({ median: 1.5, min: 1 });
});

test('the page counts, and says why what is missing is missing', () => {
  const times = (median: number) => ({ median, min: median });
  const page = pageOf(
    {
      machine: { processor: 'abacus' },
      rows: [
        {
          ...{ id: 'quick', from: 'p@1.0.0', difference: 3e-7 },
          ...{ ours: times(2), eager: times(50), wasm: times(3) },
        },
        { id: 'far', from: 'p@1.0.0', difference: 0.5, ours: times(2), wasmCannot: 'no kernel' },
        { id: 'loop', from: 'p@1.0.0', refused: 'a loop' },
        { id: 'lost', from: 'p@1.0.0', broken: 'no weights' },
      ],
    },
    1,
  );
  expect(page).toContain('2 of 3 models are captured; 1 of these equal eager results to 0.001');
  expect(page).toContain('1 of the 1 that the WebAssembly backend runs');
  expect(page).toContain('| quick | 3·10⁻⁷ | 2 / 2 | 25 | 1.5 |');
  expect(page).toContain('| far | 5·10⁻¹ | 2 / 2 | – | – |');
  expect(page).toContain('- loop: `a loop`');
  expect(page).toContain('- lost: `no weights`');
  expect(page).toContain('1 listed programs are not measured yet.');
});
