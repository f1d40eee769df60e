import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { evaluatedLabels } from '@scene-mtl/data/cityscapes';
import {
  averagePrecision,
  distanceSettings,
  matchInstances,
  panopticQuality,
  pixelScores,
} from '../src/index.ts';
import { CASES, kindOf, kinds, randomCase } from './official/random-case.ts';

// Scores of the official package on the same inputs; origin and versions: fixtures/README.md.
interface Fixture {
  readonly cases: readonly {
    readonly seed: number;
    readonly pixel: Record<string, unknown>;
    readonly instance: {
      readonly error?: string;
      readonly resultApMatrix?: ((number | null)[] | null)[][];
      readonly averages?: Record<string, number | null>;
    };
    readonly panoptic: {
      readonly error?: string;
      readonly per_class?: Record<string, Quality>;
    } & Partial<Record<'All' | 'Things' | 'Stuff', Quality & { n: number }>>;
  }[];
}
interface Quality {
  readonly pq: number;
  readonly sq: number;
  readonly rq: number;
}

const { cases } = JSON.parse(
  readFileSync(new URL('fixtures/official.json', import.meta.url), 'utf8'),
) as Fixture;
const exact = { rtol: 0, atol: 1e-12 };

describe('agreement with the official package on random cases', () => {
  test('covers every kind of degenerate input at least four times', () => {
    expect(cases.map((c) => c.seed)).toEqual(Array.from({ length: CASES }, (_, i) => i));
    for (const kind of kinds) {
      expect(cases.filter((c) => kindOf(c.seed) === kind).length).toBeGreaterThan(3);
    }
    // Where the official tools stop with an error there is no number to compare.
    expect(cases.filter((c) => !c.instance.error).length).toBeGreaterThan(55);
    expect(cases.filter((c) => !c.panoptic.error).length).toBeGreaterThan(55);
  });

  test.each(cases)('case $seed: pixel level', ({ seed, pixel }) => {
    const evaluation = pixelScores();
    for (const image of randomCase(seed).images) {
      evaluation.add(image.labels, image.pixelPrediction, image.instances);
    }
    const { confMatrix, priors: _, ...got } = evaluation.result();
    expect(createHash('sha256').update(JSON.stringify(confMatrix.flat())).digest('hex')).toBe(
      pixel.confMatrixSha256,
    );
    for (const [field, value] of Object.entries(got)) {
      if (typeof value === 'number') {
        expect([value]).toBeAllClose([Number(pixel[field] ?? NaN)], exact);
        continue;
      }
      // The fixture leaves out names whose score is NaN.
      const want = pixel[field] as Record<string, number>;
      const scores: Record<string, number> = value;
      const names = Object.keys(scores);
      for (const name of Object.keys(want)) expect(names).toContain(name);
      expect(names.map((n) => scores[n])).toBeAllClose(
        names.map((n) => want[n] ?? NaN),
        exact,
      );
    }
  });

  test.each(cases)('case $seed: instance level', ({ seed, instance }) => {
    const matches = randomCase(seed).images.map((image) =>
      matchInstances(image.instances, image.instancePredictions, image.distances),
    );
    const [all, far, near] = distanceSettings;
    const settings = [all, { ...far, minRegion: 120 }, { ...near, minRegion: 120 }];
    const { ap, allAp, allAp50, bySetting } = averagePrecision(matches, settings);
    if (instance.error) {
      // The official tool dies when all predictions of a class that has ground truth are dropped;
      // ours gives such a class AP 0.
      expect(instance.error).toContain('IndexError');
      expect(ap.flat(2)).toContain(0);
      return;
    }
    const want = (instance.resultApMatrix ?? []).map((byClass) =>
      byClass.map((row) => row?.map((x) => x ?? NaN) ?? new Array<number>(10).fill(NaN)),
    );
    expect(ap.flat(2)).toBeAllClose(want.flat(2), exact);
    const averages = instance.averages ?? {};
    expect([allAp, allAp50, bySetting[1], bySetting[2]]).toBeAllClose(
      ['allAp', 'allAp50%', 'allAp100m', 'allAp50m'].map((name) => averages[name] ?? NaN),
      exact,
    );
  });

  test.each(cases)('case $seed: panoptic quality', ({ seed, panoptic }) => {
    const evaluation = panopticQuality(
      evaluatedLabels.map((l) => ({ id: l.id, isThing: l.hasInstances })),
    );
    for (const image of randomCase(seed).images) {
      evaluation.add(
        { ids: image.panopticTruthIds, segments: image.panopticTruth },
        { ids: image.panopticPredictionIds, segments: image.panopticPrediction },
      );
    }
    const got = evaluation.result();
    if (panoptic.error) {
      // The official tool divides by the number of categories that occur.
      expect(panoptic.error).toContain('ZeroDivisionError');
      expect(Math.min(got.all.n, got.things.n, got.stuff.n)).toBe(0);
      return;
    }
    const list = (q?: Quality & { n?: number }) => [q?.pq, q?.sq, q?.rq, q?.n].map(Number);
    expect([got.all, got.things, got.stuff].flatMap(list)).toBeAllClose(
      [panoptic.All, panoptic.Things, panoptic.Stuff].flatMap(list),
      exact,
    );
    for (const { id } of evaluatedLabels) {
      // The fixture leaves out categories without any quality.
      const want = panoptic.per_class?.[id] ?? { pq: 0, sq: 0, rq: 0 };
      const quality = got.perClass.get(id);
      expect([quality?.pq, quality?.sq, quality?.rq].map(Number)).toBeAllClose(
        [want.pq, want.sq, want.rq],
        exact,
      );
    }
  });
});
