import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  averagePrecision,
  cityscapesLabels,
  confidenceCalibration,
  connectedComponents,
  errorCorrelation,
  evaluatedLabels,
  gaussianWithin,
  instanceDistances,
  laplaceWithin,
  matchInstances,
  occlusionRates,
  panopticQuality,
  pixelScores,
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

describe('instance matching', () => {
  test('does not depend on where a mask lies in its buffer', () => {
    const instances = new Uint16Array(64).fill(26000, 3, 40);
    const buffer = new Uint8Array(70);
    // Value 128 in every eighth byte: as a float64 such a word is −0.
    for (let i = 0; i < 70; i += 8) buffer[i] = 128;
    const results = [0, 1, 3, 6].map((offset) => {
      const mask = new Uint8Array(buffer.buffer, offset, 64);
      const { predictions } = matchInstances(instances, [{ labelId: 26, confidence: 1, mask }]);
      return [mask.filter((v) => v).length, predictions[0].pixelCount];
    });
    for (const [expected, counted] of results) expect(counted).toBe(expected);
  });

  test('refuses wrong sizes, labels, confidences and images', () => {
    const gt = new Uint16Array(4).fill(7);
    const good = { labelId: 26, confidence: 1, mask: new Uint8Array(4) };
    const attempt = (change: object) => () => matchInstances(gt, [{ ...good, ...change }]);
    expect(attempt({ mask: new Uint8Array(5) })).toThrow('mask has 5 pixels, the ground truth 4');
    expect(attempt({ labelId: 34 })).toThrow('label id 34 does not exist');
    expect(attempt({ confidence: NaN })).toThrow('confidence is NaN');
    expect(() =>
      matchInstances(
        gt.map(() => 500),
        [],
      ),
    ).toThrow('instance value 500');
  });

  test('gives a perfect result AP 1 and nothing predicted AP 0', () => {
    const gt = new Uint16Array(300).fill(26000, 0, 150);
    const mask = Uint8Array.from(gt, (v) => Number(v === 26000));
    const perfect = matchInstances(gt, [{ labelId: 26, confidence: 0.5, mask }]);
    expect(averagePrecision([perfect]).classes.car).toEqual({ ap: 1, ap50: 1 });
    expect(averagePrecision([matchInstances(gt, [])]).classes.car).toEqual({ ap: 0, ap50: 0 });
    expect(averagePrecision([]).allAp).toBeNaN();
  });
});

describe('instanceDistances', () => {
  test('gives the median depth of the known pixels', () => {
    const instances = Uint16Array.of(26000, 26000, 26000, 24000, 26);
    const disparity = Float32Array.of(10, 40, 20, 5, 5);
    const valid = Uint8Array.of(1, 1, 1, 0, 1);
    // Z = 400/d: 40, 10, 20 → median 20. The person is unknown, the group left out.
    const distances = instanceDistances(instances, disparity, valid, 400);
    expect([...distances]).toEqual([
      [24000, { medDist: -1, distConf: 0 }],
      [26000, { medDist: 20, distConf: 1 }],
    ]);
    expect(() => instanceDistances(instances, disparity, valid, 0)).toThrow('positive');
  });
});

describe('order of images', () => {
  test('does not change a bit of the pixel-level scores, nor does merging', () => {
    const images = Array.from({ length: 6 }, (_, k) => {
      const instances = Uint16Array.from({ length: 97 }, (_, i) =>
        i % (k + 2) ? 26000 + (i % 7) : 7,
      );
      const labels = Uint8Array.from(instances, (v) => (v < 1000 ? v : 26));
      return { labels, instances, pred: labels.map((v, i) => (i % (k + 3) ? v : 24)) };
    });
    const score = (list: typeof images) => {
      const e = pixelScores();
      list.forEach((x) => e.add(x.labels, x.pred, x.instances));
      return e;
    };
    const forward = score(images).result();
    const merged = score(images.slice(4).reverse());
    merged.merge(score(images.slice(0, 4).reverse()));
    expect(merged.result()).toEqual(forward);
    expect(forward.averageScoreInstClasses).toBeGreaterThan(0);
  });
});

describe('labels', () => {
  test('have the structure the benchmark states: 35 labels, 19 evaluated, 8 with instances', () => {
    expect(cityscapesLabels).toHaveLength(35);
    expect(evaluatedLabels.map((l) => l.trainId)).toEqual(Array.from({ length: 19 }, (_, i) => i));
    expect(cityscapesLabels.filter((l) => l.hasInstances && !l.ignoreInEval)).toHaveLength(8);
    expect(cityscapesLabels.slice(0, 34).map((l) => l.id)).toEqual(
      Array.from({ length: 34 }, (_, i) => i),
    );
    expect(cityscapesLabels.find((l) => l.name === 'sky')?.colour).toEqual([70, 130, 180]);
  });
});

describe('panopticQuality', () => {
  test('counts areas itself where the ground truth does not state them', () => {
    const e = panopticQuality([{ id: 26, isThing: true }]);
    const ids = Uint32Array.of(1, 1, 1, 0);
    const guess = Uint32Array.of(9, 9, 0, 0);
    const segments = (id: number) => [{ id, categoryId: 26 }];
    e.add({ ids, segments: segments(1) }, { ids: guess, segments: segments(9) });
    // IoU = 2 / 3.
    expect(e.result().all).toEqual({ n: 1, pq: 2 / 3, sq: 2 / 3, rq: 1 });
    expect(e.result().stuff.pq).toBeNaN();
  });
});
