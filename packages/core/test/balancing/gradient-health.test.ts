import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gradientHealth, methodNeeded } from '../../src/index.ts';

/** M of rows. */
const gramOf = (rows: readonly (readonly number[])[]) =>
  rows.flatMap((a) => rows.map((b) => a.reduce((sum, v, i) => sum + v * b[i], 0)));

const names = ['a', 'b', 'c', 'd'];

describe('gradientHealth', () => {
  test('of three gradients, by hand', () => {
    // (1, 0), (0, 2), (−3, 0): lengths 1, 2, 3.
    const health = gradientHealth(
      gramOf([
        [1, 0],
        [0, 2],
        [-3, 0],
      ]),
      names.slice(0, 3),
    );
    expect(health?.cosines).toEqual({ 'a+b': 0, 'a+c': -1, 'b+c': 0 });
    expect(health?.conflicts).toBeCloseTo(1 / 3, 12);
    // Of 1 and 3: 6 / 10.
    expect(health?.magnitudeSimilarity).toBeCloseTo(0.6, 12);
    // Three vectors in a plane are dependent.
    expect(health?.conditionNumber).toBeGreaterThan(1e7);
    // The sum is (−2, 2), of length √8: cosines −2/√8, 2/√8 and 2/√8.
    expect(health?.cosineToMean).toBeCloseTo(2 / Math.sqrt(8) / 3, 12);
  });

  test('κ of rows of known singular values, by hand', () => {
    // Rotated by 45°: singular values 5 and 1.
    const r = Math.SQRT1_2;
    const rows = [
      [5 * r, -r],
      [5 * r, r],
    ];
    expect(gradientHealth(gramOf(rows), ['a', 'b'])?.conditionNumber).toBeCloseTo(5, 10);
  });

  test('the trace and κ² agree with the determinant, for any four gradients', () => {
    const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(vector, vector, ([a, b], [c, d]) => {
        const det = (a * d - b * c) ** 2;
        fc.pre(det > 0);
        const trace = a * a + b * b + c * c + d * d;
        // κ² + 1/κ² = (λ₁² + λ₂²)/(λ₁ λ₂) = trace²/det − 2.
        const k =
          gradientHealth(
            gramOf([
              [a, b],
              [c, d],
            ]),
            ['a', 'b'],
          )?.conditionNumber ?? NaN;
        expect((k * k + 1 / (k * k)) / (trace ** 2 / det - 2)).toBeCloseTo(1, 8);
      }),
      { numRuns: 100 },
    );
  });

  test('what has no gradient is left out', () => {
    const health = gradientHealth(
      gramOf([
        [1, 0],
        [0, 0],
        [1, 1],
      ]),
      names.slice(0, 3),
    );
    expect(Object.keys(health?.cosines ?? {})).toEqual(['a+c']);
    expect(gradientHealth([0, 0, 0, 4], ['a', 'b'])).toBeUndefined();
  });

  test('opposite gradients have no mean to point along', () => {
    expect(
      gradientHealth(
        gramOf([
          [1, 0],
          [-1, 0],
        ]),
        ['a', 'b'],
      )?.cosineToMean,
    ).toBe(0);
  });

  test('names what is wrong', () => {
    expect(() => gradientHealth([1, 2, 3], ['a', 'b'])).toThrow(
      'gradientHealth: expected 4 scalar products of 2 tasks, got 3',
    );
  });
});

test.each([
  // Arithmetic means of 0.7, 0.45 and 0.3, which the source names.
  [0.7, 'equal weights do'],
  [0.45, 'a method may help'],
  [0.3, 'a method helps'],
  [-0.2, 'a method helps'],
] as const)('a mean cosine of %s: %s', (cosine, need) => {
  expect(methodNeeded(cosine)).toBe(need);
});
