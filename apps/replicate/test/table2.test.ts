import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import { legendOf } from '@scene-mtl/datasets';
import { expect, test } from '@jest/globals';
import { toLatex, toMarkdown } from '@scene-mtl/eval';
import { runsOf } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import {
  officialScores,
  type OfficialScores,
} from '../src/papers/kendall2018/table2/official-scores.ts';
import { table2Rows } from '../src/papers/kendall2018/table2/published.ts';
import { table2 } from '../src/papers/kendall2018/table2/table2.ts';
import { B, CAR, cutCar, placeOf, predictionsOf, ROAD, trueVectors } from './cut-car.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

/** Car A as it is; car B called road; half a pixel too much disparity everywhere. */
function halfRight() {
  const sample = cutCar('a');
  const classes = Uint8Array.from(arraysOf(sample).instance!, (v) =>
    v === 0 || v === B ? ROAD : CAR,
  );
  const disparity = arraysOf(sample).disparity!.map((d) => d + 0.5);
  return { sample, predictions: predictionsOf(classes, trueVectors(), disparity) };
}

test('gives the ten scores of a scene in which one car of two is found', async () => {
  const scores = await officialScores.measure(placeOf([halfRight()]));
  // Car: 24 px of 40, IoU 0.6. Road: 88 px right, B's 16 px wrongly too: 88 / 104 = 0.84615. Flat and
  // vehicle are these classes; person and human do not occur.
  const mean = 50 * (0.6 + 88 / 104);
  expect(scores.iouClass).toBeCloseTo(mean, 10);
  expect(scores.iouCategory).toBeCloseTo(mean, 10);
  // Each car weighs the same whatever its size; one of two is found, nothing is wrongly called car.
  expect(scores.iiouClass).toBeCloseTo(50, 10);
  expect(scores.iiouCategory).toBeCloseTo(50, 10);
  // P = 1 at R = ½: half the area. Within 50 m there is car A alone (20 m); within 100 m B too (80 m).
  expect([scores.ap, scores.ap50, scores.ap100m, scores.ap50m]).toEqual([50, 50, 50, 100]);
  // 0.5 px at a width of 16 are 64 px at 2048.
  expect([scores.disparityMean, scores.disparityRms]).toEqual([64, 64]);
});

test('scores that a run or its data cannot have are null', async () => {
  const whole = placeOf([halfRight()]);
  const of = (name: string) => ({ ...whole, tasks: whole.tasks.filter((t) => t.name === name) });
  const semantic = await officialScores.measure(of('semantic'));
  expect(semantic).toMatchObject({ ap: null, ap50m: null, disparityMean: null });
  expect(semantic.iiouClass).toBeCloseTo(50, 10);
  expect(await officialScores.measure(of('depth'))).toMatchObject({
    iouClass: null,
    disparityMean: 64,
  });
  // Without stereo no distance is known; classes outside Cityscapes have no official IoU, but AP.
  const { sample, predictions } = halfRight();
  const { camera: _, ...flat } = arraysOf(sample);
  const place = placeOf([{ sample: streetSample(flat), predictions }]);
  const legend = { ...legendOf(place.dataset), classes: ['pavement', 'car', 'pedestrian'] };
  const dataset = { ...place.dataset, legend };
  // Objects of such a data set are numbered over all classes.
  const numbered = streetSample({
    ...flat,
    instance: flat.instance!.map((v) => (v === 0 ? 0 : v - 25999)),
  });
  const scores = await officialScores.measure({
    ...placeOf([{ sample: numbered, predictions }]),
    dataset,
  });
  expect(scores).toMatchObject({ iouClass: null, iiouCategory: null, ap: 50, ap100m: null });
});

const context = { config: { ...profiles.smoke, seeds: [1, 2, 3] }, data: street, options: {} };
const scores: OfficialScores = {
  ...{ iouClass: 40, iiouClass: 20, iouCategory: 60, iiouCategory: 30 },
  ...{ ap: 5, ap50: 10, ap100m: 8, ap50m: 9, disparityMean: 4, disparityRms: 8 },
};
const run = (seed: number, tasks: MadeRun['tasks'], change: Partial<OfficialScores>): MadeRun => ({
  tasks,
  weighting: 'uncertainty',
  seed,
  metrics: {},
  measured: { 'official-scores': { ...scores, ...change } },
});

test('puts ours above the published rows, with spread over seeds and dashes', async () => {
  const { tables, verdicts } = await rendered(table2, context, [
    run(1, street.tasks, {}),
    run(2, street.tasks, { ap: 7 }),
    run(3, street.tasks, { ap: 6 }),
    run(1, ['semantic', 'depth'], { ap: null }),
  ]);
  const { rows } = tables[0].table;
  expect(rows).toHaveLength(6 + table2Rows.length);
  expect(rows[0].header).toBe('Ours, learned weights: semantic + instance + depth');
  // 5, 7 and 6.
  expect(rows[0].cells[4]).toEqual({ value: 6, n: 3, sd: 1 });
  expect(rows[2].cells.slice(3, 5)).toEqual([
    { value: 30, n: 1 },
    { value: null, n: 0 },
  ]);
  expect(rows[1].cells[0]).toEqual({ value: null, n: 0 });
  // Kendall et al. 2018, Table 2: the proceedings print AP 19.0, arXiv v3 prints 21.6.
  expect(rows[6].cells[4]).toEqual({ value: null, published: 19.0 });
  expect(rows[7].cells[4]).toEqual({ value: null, published: 21.6 });
  expect(toMarkdown(tables[0].table)).toContain('CityScapes test server at 1024×2048');
  expect(toLatex(tables[0].table)).toContain('Mask R-CNN');
  expect(verdicts.map(({ judgement }) => judgement)).toEqual(['not measurable', 'reproduced']);
  // 9 minus 5, 7 and 6: mean 3, deviation 1; t(0.975, 2) / √3 = 2.48.
  expect(verdicts[1].evidence).toContain('+3.0 points (95 % interval over 3 seeds +0.5 … +5.5)');
});

test('asks for the runs of Table 1, once per row that the data can train', () => {
  const labels = runsOf(table2, context, resultsOf(context, [])).map(({ label }) => label);
  expect(labels).toHaveLength(6 * 3);
  expect(labels[0]).toBe('uncertainty-semantic-instance-depth/seed-1');
  const flat = { ...context, data: { ...street, tasks: ['semantic', 'instance'] as const } };
  expect(runsOf(table2, flat, resultsOf(context, [])).map(({ label }) => label)).toEqual(
    ['uncertainty-semantic-instance', 'semantic-only'].flatMap((slug) =>
      [1, 2, 3].map((seed) => `${slug}/seed-${seed}`),
    ),
  );
});

test('judges the published level on Cityscapes at full size alone', async () => {
  const full = {
    ...context,
    config: { ...context.config, seeds: [1], size: { height: 1024, width: 2048 } },
    data: { ...street, name: 'cityscapes' },
  };
  const at = async (change: Partial<OfficialScores>) =>
    (await rendered(table2, full, [run(1, street.tasks, change)])).verdicts[0].judgement;
  expect(await at({ iouClass: 79, ap: 19 })).toBe('reproduced');
  expect(await at({ iouClass: 79, ap: 18 })).toBe('not reproduced');
  expect(await at({ iouClass: null })).toBe('not measurable');
  expect((await rendered(table2, full, [])).verdicts[0].judgement).toBe('not run');
});
