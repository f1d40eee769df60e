import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  averagePrecision,
  instanceDistances,
  matchInstances,
  panopticQuality,
  pixelScores,
} from '../src/index.ts';

describe('instance matching', () => {
  test('counts the ground truth wherever its pixels lie in their buffer, odd lengths included', () => {
    const values = [7, 7, 26000, 26000, 26000, 24001, 26, 26000, 7];
    for (const offset of [0, 2, 4]) {
      const buffer = new ArrayBuffer(2 * values.length + offset);
      const instances = new Uint16Array(buffer, offset);
      instances.set(values);
      const found = matchInstances(instances, []).groundTruth.map((g) => [g.instId, g.pixelCount]);
      expect(found).toEqual([
        [26, 1],
        [24001, 1],
        [26000, 4],
      ]);
    }
    expect(matchInstances(new Uint16Array(0), []).groundTruth).toEqual([]);
  });

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

describe('counting by words', () => {
  test('equals counting pixel by pixel, for any alignment of truth, prediction and instances', () => {
    const pixel = fc.record({ v: fc.constantFrom(7, 23, 26, 26001, 24000, 1000), p: fc.nat(33) });
    const image = fc.array(fc.tuple(pixel, fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(image, fc.nat(3), fc.nat(1), (runs, offset, half) => {
        const pixels = runs.flatMap(([x, times]) => new Array<typeof x>(times).fill(x));
        const n = pixels.length;
        const gt = new Uint8Array(new ArrayBuffer(n + 4), offset, n);
        const pred = new Uint8Array(n);
        const instances = new Uint16Array(new ArrayBuffer(2 * n + 4), 2 * half, n);
        const naive = Array.from({ length: 34 }, () => new Array<number>(34).fill(0));
        let size = 0;
        let hits = 0;
        pixels.forEach(({ v, p }, i) => {
          instances[i] = v;
          gt[i] = v < 1000 ? v : Math.floor(v / 1000);
          pred[i] = p;
          naive[gt[i]][p]++;
          if (v === 26001) size++;
          if (v === 26001 && p === 26) hits++;
        });
        const e = pixelScores();
        e.add(gt, pred, instances);
        expect(e.result().confMatrix).toEqual(naive);
        const [tp] = e.state().weighted.get('tp car') ?? [];
        // One car: its weighted hits are mean size · hits / size (12794.0202738185 px).
        if (size > 0) expect((tp ?? 0) / 12794.0202738185).toBeCloseTo(hits / size, 12);
      }),
    );
  });
});

describe('smaller images', () => {
  test('score as their pixels repeated, once the mean sizes are scaled by the area', () => {
    // Row 0: cars of 3 and 2 px, of which 2 and 1 are found; a road pixel is called car.
    const instances = Uint16Array.of(26000, 26000, 26000, 26001, 26001, 7, 7, 24000);
    const gt = instances.map((v) => (v < 1000 ? v : Math.floor(v / 1000)));
    const labels = Uint8Array.from(gt);
    const pred = Uint8Array.of(26, 26, 7, 26, 24, 26, 7, 24);
    // Each pixel becomes 2 × 2; the order of pixels does not matter.
    const four = <T extends Uint8Array | Uint16Array>(x: T): T =>
      (x.constructor as unknown as { from(v: number[]): T }).from([...x, ...x, ...x, ...x]);
    const small = pixelScores(1 / 4);
    small.add(labels, pred, instances);
    const large = pixelScores();
    large.add(four(labels), four(pred), four(instances));
    for (const name of ['averageScoreInstClasses', 'averageScoreInstCategories'] as const) {
      expect(small.result()[name]).toBeCloseTo(large.result()[name], 14);
    }
    const unscaled = pixelScores();
    unscaled.add(labels, pred, instances);
    expect(unscaled.result().averageScoreInstClasses).not.toBeCloseTo(
      large.result().averageScoreInstClasses,
      6,
    );
    expect(() => pixelScores(0)).toThrow('area must be a positive number, got 0');
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

  test('adds up what was counted apart', () => {
    const categories = [{ id: 26, isThing: true }];
    const image = (...ids: number[]) => ({
      ids: Uint32Array.from(ids),
      segments: [...new Set(ids)].filter((id) => id > 0).map((id) => ({ id, categoryId: 26 })),
    });
    const pairs = [
      // IoU 2/3; a miss and a false alarm; IoU 3/4.
      [image(1, 1, 1, 0), image(9, 9, 0, 0)],
      [image(1, 1, 1, 1), image(9, 0, 0, 0)],
      [image(2, 2, 2, 2), image(3, 3, 3, 0)],
    ] as const;
    const [whole, sum] = [panopticQuality(categories), panopticQuality(categories)];
    for (const [gt, pred] of pairs) {
      whole.add(gt, pred);
      const one = panopticQuality(categories);
      one.add(gt, pred);
      sum.merge(one);
    }
    expect(sum.result()).toEqual(whole.result());
    // (2/3 + 3/4) / (2 + ½ + ½)
    expect(sum.result().all.pq).toBeCloseTo((2 / 3 + 3 / 4) / 3, 14);
  });
});
