import { describe, expect, test } from '@jest/globals';
import { confidenceCalibration, errorCorrelation, occlusionRates } from '../src/index.ts';

/** Rows of digits → pixels. */
const map = (...rows: string[]) => Uint16Array.from(rows.join(''), Number);

describe('occlusionRates', () => {
  const rates = (gt: Uint16Array, pred: Uint16Array, height: number, width: number) => {
    const r = occlusionRates(1);
    r.add(gt, pred, height, width);
    return r.result();
  };

  test('calls a car behind a pole whole when both pieces are one object', () => {
    expect(rates(map('1101'), map('7707'), 1, 4)).toEqual({
      objects: 1,
      wholeRate: 1,
      ownRate: 1,
      splitRate: 0,
      missedRate: 0,
      mergeRate: 0,
    });
  });

  test('calls it split, missed or merged when it is', () => {
    expect(rates(map('1101'), map('7708'), 1, 4)).toMatchObject({ wholeRate: 0, splitRate: 1 });
    expect(rates(map('1101'), map('7700'), 1, 4)).toMatchObject({ missedRate: 1, splitRate: 0 });
    // Object 2 is in one piece, so it is not counted, but it shares the predicted object 7.
    expect(rates(map('1101022'), map('7707077'), 1, 7)).toMatchObject({
      objects: 1,
      wholeRate: 1,
      ownRate: 0,
      mergeRate: 1,
    });
  });

  test('needs more than half of a piece, and ignores specks', () => {
    expect(rates(map('110011'), map('700077'), 1, 6)).toMatchObject({ missedRate: 1 });
    const r = occlusionRates(2);
    r.add(map('1101'), map('7700'), 1, 4);
    expect(r.result().objects).toBe(0);
    expect(r.result().splitRate).toBeNaN();
  });

  test('adds up over images and merges', () => {
    const [a, b] = [occlusionRates(1), occlusionRates(1)];
    a.add(map('1101'), map('7707'), 1, 4);
    b.add(map('1101'), map('7708'), 1, 4);
    a.merge(b);
    expect(a.result()).toMatchObject({ objects: 2, wholeRate: 0.5, splitRate: 0.5 });
    expect(() => a.add(map('11'), map('1'), 1, 2)).toThrow('1 × 2 pixels, got 2 and 1');
  });
});

describe('errorCorrelation', () => {
  test('gives Pearson’s r over the pixels both tasks know', () => {
    const c = errorCorrelation(3);
    const known = [1, 1, 1, 1];
    c.add([
      { error: [1, 2, 3, 9], mask: [1, 1, 1, 0] },
      { error: [2, 4, 6, 0], mask: known },
      { error: [3, 1, 2, 5], mask: known },
    ]);
    const { correlation, pixels } = c.result();
    expect(correlation[0][1]).toBeCloseTo(1, 14);
    // x 1 2 3, y 3 1 2: covariance −1/2 over variances 1 and 1 (divisor 2).
    expect(correlation[0][2]).toBeCloseTo(-0.5, 14);
    expect(correlation[2][0]).toBe(correlation[0][2]);
    expect(pixels).toEqual([
      [3, 3, 3],
      [3, 4, 4],
      [3, 4, 4],
    ]);
  });

  test('is NaN where an error never varies and refuses lists that do not fit', () => {
    const c = errorCorrelation(2);
    c.add([
      { error: [1, 1], mask: [1, 1] },
      { error: [1, 2], mask: [1, 1] },
    ]);
    expect(c.result().correlation[0][1]).toBeNaN();
    expect(() => c.add([{ error: [1], mask: [1] }])).toThrow('expected 2 tasks');
  });
});

describe('confidenceCalibration', () => {
  test('gives the expected calibration error by hand', () => {
    const c = confidenceCalibration(2);
    // Bin (0, .5]: confidences .4 and .5, one right: |.5 − .45|; bin (.5, 1]: .9 and 1, both right.
    c.add([0.4, 0.5, 0.9, 1, 0.7], [1, 0, 1, 1, 0], [1, 1, 1, 1, 0]);
    const { error, bins } = c.result();
    expect(bins.map((b) => b.count)).toEqual([2, 2]);
    expect(error).toBeCloseTo(0.5 * 0.05 + 0.5 * 0.05, 14);
    expect(confidenceCalibration().result().error).toBeNaN();
    expect(() => c.add([1.1], [1], [1])).toThrow('confidence 0 is 1.1');
  });

  test('in parts that are merged is that of the whole', () => {
    const [whole, first, second] = [4, 4, 4].map((bins) => confidenceCalibration(bins));
    const parts = [
      [first, [0.1, 0.7, 0.71], [1, 0, 1]],
      [second, [0.3, 0.99, 0.2], [0, 1, 1]],
    ] as const;
    for (const [part, confidence, correct] of parts) {
      part.add(confidence, correct, [1, 1, 1]);
      whole.add(confidence, correct, [1, 1, 1]);
    }
    second.merge(first);
    expect(second.result()).toEqual(whole.result());
    expect(() => second.merge(confidenceCalibration(2))).toThrow('this has 4 bins, the other 2');
  });
});
