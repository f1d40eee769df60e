import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { connectedComponents } from '@scene-mtl/data';
import {
  confidenceCalibration,
  errorCorrelation,
  gaussianWithin,
  laplaceWithin,
  occlusionRates,
  sigmaCalibration,
} from '../src/index.ts';

/** Rows of digits → pixels. */
const map = (...rows: string[]) => Uint16Array.from(rows.join(''), Number);

describe('connectedComponents', () => {
  test('joins over corners, separates different values', () => {
    const { labels, count } = connectedComponents(map('1012', '0102', '3000'), 3, 4);
    expect(count).toBe(3);
    expect([...labels]).toEqual([0, -1, 0, 1, -1, 0, -1, 1, 2, -1, -1, -1]);
  });

  test('joins a U whose arms meet last', () => {
    const { count } = connectedComponents(map('101', '101', '111'), 3, 3);
    expect(count).toBe(1);
  });

  test('agrees with flood fill on random maps', () => {
    const side = 7;
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 49, maxLength: 49 }), (values) => {
        const { labels, count } = connectedComponents(Uint16Array.from(values), side, side);
        const seen = new Int32Array(49).fill(-1);
        let next = 0;
        for (let start = 0; start < 49; start++) {
          if (values[start] === 0 || seen[start] >= 0) continue;
          const stack = [start];
          seen[start] = next;
          while (stack.length) {
            const i = stack.pop() as number;
            for (let j = 0; j < 49; j++) {
              const near =
                Math.abs((i % side) - (j % side)) <= 1 &&
                Math.abs(Math.floor(i / side) - Math.floor(j / side)) <= 1;
              if (near && seen[j] < 0 && values[j] === values[i]) {
                seen[j] = next;
                stack.push(j);
              }
            }
          }
          next++;
        }
        expect(count).toBe(next);
        expect([...labels]).toEqual([...seen]);
      }),
    );
  });
});

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

describe('sigmaCalibration', () => {
  test('knows the quantiles of its noise models', () => {
    // Standard normal table: P(|z| ≤ 1) = 0.682689492137086, ≤ 2 0.954499736103642, ≤ 4.5 …
    expect(gaussianWithin(1, 1)).toBeCloseTo(0.682689492137086, 14);
    expect(gaussianWithin(4, 2)).toBeCloseTo(0.954499736103642, 14);
    expect(gaussianWithin(4.5, 1)).toBeCloseTo(0.9999932046537506, 14);
    expect(gaussianWithin(0, 1)).toBe(0);
    expect(gaussianWithin(50, 1)).toBe(1);
    expect(laplaceWithin(Math.log(2), 1)).toBeCloseTo(0.5, 15);
  });

  test('is 0 for residuals drawn from the model and large for a wrong scale', () => {
    // Evenly spaced quantiles of a Laplace distribution with b = 3.
    const residuals = Array.from({ length: 2000 }, (_, i) => -3 * Math.log(1 - (i + 0.5) / 2000));
    const mask = new Uint8Array(2000).fill(1);
    const right = sigmaCalibration(laplaceWithin);
    right.add(residuals, 3, mask);
    expect(right.result().error).toBeLessThan(1e-12);
    expect(right.result().meanRatio).toBeCloseTo(1, 2);
    const sure = sigmaCalibration(laplaceWithin);
    sure.add(residuals, 1, mask);
    expect(sure.result().error).toBeGreaterThan(0.2);
    expect(sure.result().observed[9]).toBeLessThan(0.5);
  });

  test('takes one scale per element, skips masked ones, merges', () => {
    const [a, b] = [sigmaCalibration(gaussianWithin, 4), sigmaCalibration(gaussianWithin, 4)];
    a.add([1, 99], [10, -1], [1, 0]);
    b.add([-1], [0.1], [1]);
    a.merge(b);
    // 0.1σ lies in the first quarter, 10σ in the last.
    expect(a.result().observed).toEqual([0.5, 0.5, 0.5, 1]);
    expect(a.result().meanRatio).toBeCloseTo(5.05, 14);
    expect(() => a.add([1], [0], [1])).toThrow('scale must be positive, got 0');
    expect(() => a.add([NaN], 1, [1])).toThrow('residual 0 is NaN');
    expect(() => a.merge(sigmaCalibration(gaussianWithin))).toThrow('4 bins against 20');
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
});
