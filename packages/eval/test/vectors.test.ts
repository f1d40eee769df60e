import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { instanceLabels } from '@scene-mtl/data/cityscapes';
import {
  distanceSettings,
  overlapThresholds,
  scoreInstance,
  scorePanoptic,
  scoreSemantic,
} from '../src/index.ts';

// Expected values: cityscapesScripts 2.2.4 with numpy 1.24 (fixtures/README.md).
const folder = (name: string) =>
  fileURLToPath(new URL(`fixtures/vectors/${name}`, import.meta.url));
const expected = <T>(name: string) => JSON.parse(readFileSync(folder(name), 'utf8')) as T;
const exact = { rtol: 0, atol: 1e-12 };

type Known = Record<string, number | null>;

describe('official test vectors', () => {
  test('pixel level: the confusion matrix exactly, every score to 1e-12', async () => {
    const want = expected<
      Record<
        'classScores' | 'classInstScores' | 'categoryScores' | 'categoryInstScores' | 'priors',
        Known
      > & {
        confMatrix: number[][];
        averageScoreClasses: number;
        averageScoreInstClasses: number;
        averageScoreCategories: number;
        averageScoreInstCategories: number;
      }
    >('expected_pixel.json');
    const got = await scoreSemantic({ gt: folder('gtFine'), pred: folder('pixel_pred') });
    expect(got.images).toBe(3);
    expect(got.confMatrix).toEqual(want.confMatrix);
    for (const group of [
      'classScores',
      'classInstScores',
      'categoryScores',
      'categoryInstScores',
      'priors',
    ] as const) {
      expect(Object.keys(got[group]).sort()).toEqual(Object.keys(want[group]).sort());
      const names = Object.keys(want[group]);
      expect(names.map((n) => got[group][n])).toBeAllClose(
        names.map((n) => want[group][n] ?? NaN),
        exact,
      );
    }
    expect([
      got.averageScoreClasses,
      got.averageScoreInstClasses,
      got.averageScoreCategories,
      got.averageScoreInstCategories,
    ]).toBeAllClose(
      [
        want.averageScoreClasses,
        want.averageScoreInstClasses,
        want.averageScoreCategories,
        want.averageScoreInstCategories,
      ],
      exact,
    );
  });

  interface ExpectedInstance {
    resultApMatrix: (number | null)[][][];
    overlaps: number[];
    instLabels: string[];
    averages: Record<string, number> & { classes: Record<string, Known> };
  }
  const flat = (ap: readonly (readonly (readonly (number | null)[])[])[]) =>
    ap.flat(2).map((x) => x ?? NaN);

  test('instance level: every AP and average to 1e-12', async () => {
    const want = expected<ExpectedInstance>('expected_instance.json');
    const got = await scoreInstance({ gt: folder('gtFine'), pred: folder('results') });
    expect(overlapThresholds).toEqual(want.overlaps);
    expect(instanceLabels.map((l) => l.name)).toEqual(want.instLabels);
    expect(flat(got.ap)).toBeAllClose(flat(want.resultApMatrix), exact);
    expect([got.allAp, got.allAp50]).toBeAllClose(
      [want.averages.allAp, want.averages['allAp50%']],
      exact,
    );
    const classes = Object.entries(want.averages.classes);
    expect(classes.flatMap(([n]) => [got.classes[n].ap, got.classes[n].ap50])).toBeAllClose(
      classes.flatMap(([, c]) => [c.ap ?? NaN, c['ap50%'] ?? NaN]),
      exact,
    );
  });

  test('instance level by distance: all three settings to 1e-12', async () => {
    const want = expected<ExpectedInstance>('expected_instance_distance.json');
    const table = expected<Record<string, [number, number]>>('instance_distances.json');
    const distances = (frame: string) =>
      Promise.resolve(
        new Map(
          Object.entries(table)
            .filter(([key]) => key.startsWith(frame))
            .map(([key, [medDist, distConf]]) => [
              Number(key.split(':')[1]),
              { medDist, distConf },
            ]),
        ),
      );
    const [all, far, near] = distanceSettings;
    const got = await scoreInstance({
      gt: folder('gtFine'),
      pred: folder('results'),
      settings: [all, { ...far, minRegion: 120 }, { ...near, minRegion: 120 }],
      distances,
    });
    expect(flat(got.ap)).toBeAllClose(flat(want.resultApMatrix), exact);
    expect(got.bySetting).toBeAllClose(
      [want.averages.allAp, want.averages.allAp100m, want.averages.allAp50m],
      exact,
    );
    expect(got.bySetting50[2]).toBeCloseTo(want.averages['allAp50%50m'], 12);
    const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
    const classes = instanceLabels.map(({ name }) => want.averages.classes[name]);
    const number = (x: number | null | undefined) => x ?? NaN;
    expect(
      instanceLabels.flatMap((_, c) => [mean(got.ap[1][c]), mean(got.ap[2][c]), got.ap[2][c][0]]),
    ).toBeAllClose(
      classes.flatMap((c) => [c['ap100m'], c['ap50m'], c['ap50%50m']].map(number)),
      exact,
    );
  });

  test('panoptic quality: averages and every class to 1e-12', async () => {
    type Quality = { pq: number; sq: number; rq: number; n: number };
    const want = expected<{
      All: Quality;
      Things: Quality;
      Stuff: Quality;
      per_class: Record<string, Quality>;
    }>('expected_panoptic.json');
    const got = await scorePanoptic({ gt: folder('panoptic_gt'), pred: folder('panoptic_pred') });
    const list = (q: Quality) => [q.pq, q.sq, q.rq, q.n];
    expect([got.all, got.things, got.stuff].flatMap(list)).toBeAllClose(
      [want.All, want.Things, want.Stuff].flatMap(list),
      exact,
    );
    const ids = Object.keys(want.per_class).map(Number);
    expect([...got.perClass.keys()].sort((a, b) => a - b)).toEqual(ids);
    for (const id of ids) {
      const [g, w] = [got.perClass.get(id), want.per_class[id]];
      expect([g?.pq, g?.sq, g?.rq].map(Number)).toBeAllClose([w.pq, w.sq, w.rq], exact);
    }
  });
});
