import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { connectedComponents } from '@scene-mtl/data';
import { dbscan, extractDbscan, extractXi, optics } from '../../src/instance/clustering/index.ts';

interface Fixture {
  optics: {
    name: string;
    points: number[];
    cases: {
      minPts: number;
      maxEps: number | null;
      order: number[];
      reachability: (number | null)[];
      coreDistance: (number | null)[];
      predecessor: number[];
      xi: { xi: number; predecessorCorrection: boolean; labels: number[]; clusters: number[][] }[];
      threshold: { eps: number; labels: number[]; dbscan: number[] }[];
    }[];
  }[];
  components: { height: number; width: number; mask: number[]; labels: number[] };
}

// scikit-learn 1.9.1; see fixtures/README.md.
const fixture = JSON.parse(
  readFileSync(new URL('./fixtures/sklearn-optics.json', import.meta.url), 'utf8'),
) as Fixture;
const withInfinity = (values: (number | null)[]) => values.map((v) => v ?? Infinity);

for (const { name, points, cases } of fixture.optics) {
  describe(`scikit-learn on ${name}`, () => {
    const coordinates = Float64Array.from(points);
    for (const expected of cases) {
      const { minPts } = expected;
      const maxEps = expected.maxEps ?? Infinity;
      const result = optics(coordinates, { minPts, maxEps });

      test(`gives the same ordering at minPts ${minPts} and maxEps ${maxEps}`, () => {
        expect([...result.order]).toEqual(expected.order);
        expect([...result.predecessor]).toEqual(expected.predecessor);
        // Its distances are rounded to 15 decimals, its kd tree may differ in the last place.
        const tolerance = { rtol: 1e-14, atol: 1e-14 };
        expect(result.reachability).toBeAllClose(withInfinity(expected.reachability), tolerance);
        expect(result.coreDistance).toBeAllClose(withInfinity(expected.coreDistance), tolerance);
      });

      test.each(expected.xi)(
        `gives the same ξ clusters at minPts ${minPts}, maxEps ${maxEps}, ξ $xi, correction $predecessorCorrection`,
        ({ xi, predecessorCorrection, labels, clusters }) => {
          const found = extractXi(result, { xi, minPts, predecessorCorrection });
          expect(found.clusters.map(({ start, end }) => [start, end])).toEqual(clusters);
          expect([...found.labels]).toEqual(labels);
        },
      );

      test.each(expected.threshold)(
        `gives the same clusters at minPts ${minPts}, maxEps ${maxEps} and ε $eps`,
        ({ eps, labels, dbscan: dbscanLabels }) => {
          expect([...extractDbscan(result, eps)]).toEqual(labels);
          expect([...dbscan(coordinates, { eps, minPts })]).toEqual(dbscanLabels);
        },
      );
    }
  });
}

test('connected components are those of scipy.ndimage.label with a 3 × 3 structure', () => {
  const { height, width, mask, labels } = fixture.components;
  const found = connectedComponents(Uint8Array.from(mask), height, width);
  expect([...found.labels]).toEqual(labels);
  expect(found.count).toBe(Math.max(...labels) + 1);
});
