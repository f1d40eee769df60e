import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { extractDbscan, extractXi, optics } from '../../src/instance/clustering/index.ts';
import { flat, partition, plainOptics } from './helpers.ts';

/** Points of unlike character: spread, in clumps, and with ties: whole numbers, islands, copies. */
const anyPoints = fc
  .record({
    kind: fc.constantFrom('spread', 'clumps', 'whole', 'islands', 'copies'),
    seeds: fc.array(fc.tuple(fc.nat(999), fc.nat(999)), { minLength: 1, maxLength: 250 }),
  })
  .map(({ kind, seeds }) =>
    flat(
      seeds.map(([a, b]) => {
        if (kind === 'spread') return [a / 7, b / 7];
        if (kind === 'clumps') return [(a % 3) * 40 + a / 999, (b % 2) * 40 + (b / 999) ** 2];
        if (kind === 'whole') return [a % 12, b % 12];
        if (kind === 'islands') return [(a % 4) + 20 * (b % 3), (b >> 2) % 3];
        return [(a % 3) * 5, (b % 2) * 5];
      }),
    ),
  );
const anyMinPts = fc.integer({ min: 1, max: 15 });
const anyMaxEps = fc.constantFrom(0.3, 1, 5, 30, Infinity);

describe('optics', () => {
  test('orders five points on a line as worked out by hand', () => {
    // x = 0, 1, 3, 10, 11 and minPts = 2: core distances 1, 1, 2, 1, 1. From 0: 1 at max(1, 1) = 1, 3
    // at 3, 10 at 10, 11 at 11. Take 1: it lowers 3 to 2, 10 to 9, 11 to 10. Take 3 (core 2): 10 to 7,
    // 11 to 8. Take 10: 11 to 1.
    const result = optics(flat([0, 1, 3, 10, 11].map((x) => [x, 0])), { minPts: 2 });
    expect([...result.order]).toEqual([0, 1, 2, 3, 4]);
    expect([...result.coreDistance]).toEqual([1, 1, 2, 1, 1]);
    expect([...result.reachability]).toEqual([Infinity, 1, 2, 7, 1]);
    expect([...result.predecessor]).toEqual([-1, 0, 1, 2, 3]);
  });

  test('a maxEps between the groups starts afresh in each', () => {
    const result = optics(flat([0, 1, 3, 10, 11].map((x) => [x, 0])), { minPts: 2, maxEps: 2 });
    expect([...result.reachability]).toEqual([Infinity, 1, 2, Infinity, 1]);
    expect([...extractDbscan(result, 2)]).toEqual([0, 0, 0, 1, 1]);
    expect([...extractDbscan(result, 1)]).toEqual([0, 0, -1, 1, 1]);
  });

  test('equals the plain O(n²) algorithm number for number, ties and predecessors included', () => {
    fc.assert(
      fc.property(anyPoints, anyMinPts, anyMaxEps, (points, minPts, maxEps) => {
        expect(optics(points, { minPts, maxEps })).toEqual(plainOptics(points, minPts, maxEps));
      }),
      { numRuns: 150 },
    );
  });

  test('equals the plain algorithm on far islands of whole numbers, where offers tie late', () => {
    const islands = fc
      .record({
        size: fc.integer({ min: 2, max: 6 }),
        gap: fc.integer({ min: 10, max: 35 }),
        seeds: fc.array(fc.tuple(fc.nat(9999), fc.nat(9999)), { minLength: 200, maxLength: 400 }),
      })
      .map(({ size, gap, seeds }) =>
        flat(seeds.map(([a, b]) => [(a % size) + gap * ((a >> 4) % 3), b % size])),
      );
    fc.assert(
      fc.property(islands, anyMinPts, (points, minPts) => {
        expect(optics(points, { minPts })).toEqual(plainOptics(points, minPts, Infinity));
      }),
      // Shrinking a failure of an O(n²) check would take minutes.
      { numRuns: 40, endOnFailure: true },
    );
  });

  test('equals the plain algorithm on 1,500 points in a single clump', () => {
    // Sums of three from a Weyl sequence: a smooth hump, dense in the middle, without a random source.
    const weyl = (k: number) => (k * 0.618_033_988_749_894_8) % 1;
    const points = Float64Array.from(
      { length: 3000 },
      (_, i) => weyl(i + 1) + weyl(i * i + 7) + weyl(i * 31 + 3),
    );
    expect(optics(points, { minPts: 10 })).toEqual(plainOptics(points, 10, Infinity));
  });

  test('order is a permutation, and each reachability is at least the predecessor’s core distance', () => {
    fc.assert(
      fc.property(anyPoints, anyMinPts, anyMaxEps, (points, minPts, maxEps) => {
        const { order, reachability, coreDistance, predecessor } = optics(points, {
          minPts,
          maxEps,
        });
        expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
        const placeOf = new Map([...order].map((point, place) => [point, place]));
        for (const point of order) {
          const from = predecessor[point];
          expect(from < 0).toBe(reachability[point] === Infinity);
          if (from < 0) continue;
          expect(reachability[point]).toBeGreaterThanOrEqual(coreDistance[from]);
          expect(placeOf.get(from)!).toBeLessThan(placeOf.get(point)!);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('clusters do not change when all points move by the same whole number of px', () => {
    const whole = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 1, maxLength: 150 });
    fc.assert(
      fc.property(whole, fc.integer({ min: -500, max: 500 }), (pairs, shift) => {
        const moved = pairs.map(([x, y]) => [x + shift, y - shift]);
        const here = optics(flat(pairs), { minPts: 4, maxEps: 4 });
        expect(optics(flat(moved), { minPts: 4, maxEps: 4 })).toEqual(here);
      }),
      { numRuns: 60 },
    );
  });

  test('takes 32-bit points', () => {
    const points = new Float32Array([0, 0, 0.5, 0, 9, 9]);
    expect(optics(points, { minPts: 2 })).toEqual(optics(Float64Array.from(points), { minPts: 2 }));
  });

  test('gives the same result twice', () => {
    const points = flat(Array.from({ length: 300 }, (_, i) => [(i * 37) % 17, (i * 53) % 19]));
    expect(optics(points, { minPts: 5 })).toEqual(optics(points, { minPts: 5 }));
  });
});

describe('degenerate input', () => {
  test('no points give an empty ordering and no clusters', () => {
    const result = optics(new Float64Array(0), { minPts: 3 });
    expect(result.order).toHaveLength(0);
    expect(extractDbscan(result, 1)).toHaveLength(0);
    expect(extractXi(result, { xi: 0.05, minPts: 3 })).toEqual({
      labels: new Int32Array(0),
      clusters: [],
    });
  });

  test('one point is noise, or a cluster of one at minPts 1', () => {
    const point = new Float64Array([3, 4]);
    expect([...extractDbscan(optics(point, { minPts: 2 }), 1)]).toEqual([-1]);
    expect([...extractDbscan(optics(point, { minPts: 1 }), 1)]).toEqual([0]);
  });

  test('identical points are one cluster with reachability 0', () => {
    const result = optics(new Float64Array(2 * 500).fill(7), { minPts: 10 });
    expect([...result.order]).toEqual([...result.order.keys()]);
    expect([...result.reachability.slice(1)]).toEqual(new Array(499).fill(0));
    expect(new Set(extractDbscan(result, 0.1))).toEqual(new Set([0]));
    expect(new Set(extractXi(result, { xi: 0.05, minPts: 10 }).labels)).toEqual(new Set([0]));
  });

  test('minPts above the number of points makes all of them noise', () => {
    const result = optics(new Float64Array([0, 0, 1, 0, 2, 0]), { minPts: 4 });
    expect([...result.coreDistance]).toEqual([Infinity, Infinity, Infinity]);
    expect([...extractDbscan(result, 100)]).toEqual([-1, -1, -1]);
    expect([...extractXi(result, { xi: 0.05, minPts: 4 }).labels]).toEqual([-1, -1, -1]);
  });

  test('a coordinate that is not finite is an error that names the point', () => {
    expect(() => optics(new Float64Array([0, 0, 1, NaN]), { minPts: 2 })).toThrow(
      /optics: points must be finite; y of point 1 is NaN/,
    );
    expect(() => optics(new Float64Array([0, 0, Infinity, 1]), { minPts: 2 })).toThrow(
      /x of point 1 is Infinity/,
    );
  });

  test('bad parameters are errors that name them', () => {
    const points = new Float64Array([0, 0, 1, 1]);
    expect(() => optics(new Float64Array(3), { minPts: 2 })).toThrow(/\[n, 2\]; got 3 numbers/);
    expect(() => optics(points, { minPts: 0 })).toThrow(/minPts .* got 0/);
    expect(() => optics(points, { minPts: 2.5 })).toThrow(/minPts .* got 2.5/);
    expect(() => optics(points, { minPts: 2, maxEps: NaN })).toThrow(/maxEps .* got NaN/);
    const result = optics(points, { minPts: 2 });
    expect(() => extractDbscan(result, -1)).toThrow(/eps .* got -1/);
    expect(() => extractXi(result, { xi: 1, minPts: 2 })).toThrow(/xi .* got 1/);
    expect(() => extractXi(result, { xi: 0.1, minPts: 2, minClusterSize: 0 })).toThrow(
      /minClusterSize .* got 0/,
    );
  });
});

test('ξ labels are the innermost of the intervals, and each interval has minClusterSize points', () => {
  fc.assert(
    fc.property(anyPoints, fc.integer({ min: 2, max: 8 }), (points, minPts) => {
      const result = optics(points, { minPts });
      const { labels, clusters } = extractXi(result, { xi: 0.1, minPts, minClusterSize: 6 });
      for (const { start, end } of clusters) expect(end - start + 1).toBeGreaterThanOrEqual(6);
      const sets = clusters.map(({ start, end }) =>
        [...result.order.slice(start, end + 1)].sort((a, b) => a - b).join(' '),
      );
      for (const members of partition(labels)) expect(sets).toContain(members);
    }),
    { numRuns: 60 },
  );
});
