import { expect, test } from '@jest/globals';
import densityClustering from 'density-clustering';
import fc from 'fast-check';
import { dbscan, optics } from '../../src/instance/clustering/index.ts';
import { flat, partition } from './helpers.ts';

// density-clustering 1.3.0 compares distances with < ε where DBSCAN says ≤ ε; multiples of 1/7 against
// ε with more digits never meet equality.
const anyPairs = fc.array(
  fc.tuple(fc.nat(300), fc.nat(300)).map(([x, y]) => [x / 7, y / 7]),
  { minLength: 1, maxLength: 120 },
);
const anyEps = fc.constantFrom(0.61803, 1.41421, 3.14159, 7.38905);
const anyMinPts = fc.integer({ min: 1, max: 8 });

test('dbscan finds the clusters of density-clustering', () => {
  fc.assert(
    fc.property(anyPairs, anyEps, anyMinPts, (pairs, eps, minPts) => {
      const oracle = new densityClustering.DBSCAN();
      const clusters = oracle.run(pairs, eps, minPts);
      const labels = dbscan(flat(pairs), { eps, minPts });
      expect(partition(labels)).toEqual(clusters.map(ascending).sort());
      // It leaves a border point in `noise` when it came across it before the cluster did.
      const clustered = new Set(clusters.flat());
      const noise = oracle.noise.filter((point) => !clustered.has(point));
      expect([...labels.keys()].filter((point) => labels[point] < 0)).toEqual(noise);
    }),
    { numRuns: 150 },
  );
});

// Its OPTICS has a core distance of 0 throughout (it asks for the neighbours within 0, which it reads as
// "within ε"), so its order and reachability are not those of the paper; what belongs together is.
test('optics starts afresh where density-clustering starts a new cluster', () => {
  fc.assert(
    fc.property(anyPairs, anyEps, anyMinPts, (pairs, eps, minPts) => {
      const expected = new densityClustering.OPTICS().run(pairs, eps, minPts);
      const { order, reachability } = optics(flat(pairs), { minPts, maxEps: eps });
      const labels = new Int32Array(order.length);
      let label = -1;
      for (const point of order) {
        if (reachability[point] === Infinity) label++;
        labels[point] = label;
      }
      expect(partition(labels)).toEqual(expected.map(ascending).sort());
    }),
    { numRuns: 150 },
  );
});

function ascending(members: number[]): string {
  return [...members].sort((a, b) => a - b).join(' ');
}
