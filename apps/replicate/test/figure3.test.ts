import { arraysOf, streetSample } from '@scene-mtl/data/testing';
import { expect, test } from '@jest/globals';
import { toLatex } from '@scene-mtl/eval';
import { runsOf } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { decodingInput, trueObjects } from '../src/measure/decoding-input.ts';
import { objectMatching } from '../src/measure/object-matching.ts';
import { figure3 } from '../src/papers/kendall2018/figure3/figure3.ts';
import {
  objectsByClustering,
  type ObjectsByClustering,
} from '../src/papers/kendall2018/figure3/objects-by-clustering.ts';
import { A, B, cutCar, placeOf, predictionsOf, trueVectors } from './cut-car.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const perfect = (id: string) => {
  const sample = cutCar(id);
  return { sample, predictions: predictionsOf(arraysOf(sample).semantic!, trueVectors()) };
};

test('votes tell two cars apart where components join and cut them; AP by the official rules', async () => {
  const place = placeOf([perfect('a'), perfect('b')]);
  const found = await objectsByClustering.measure(place);
  expect([found.frames, found.trueObjects]).toEqual([2, 4]);
  const { optics, dbscan, components } = found.found.predicted;
  expect(optics).toEqual({ ap: 100, ap50: 100, objects: 4 });
  expect(dbscan).toEqual(optics);
  // Components: 12 px of A's 24 (IoU 0.5, not above it), and A's other 12 px with all 16 of B, IoU
  // 16 / 28 = 0.571: above the thresholds 0.5 and 0.55 of ten. There, with one score for all: half
  // of the predictions right (P = ½), half of the objects found (R = ½), and with the point (1, 0)
  // the area is ½ · ½ · ½ + 1 · ½ · ½ = 0.375. AP = 2 · 0.375 / 10.
  expect(components.ap50).toBeCloseTo(37.5, 10);
  expect(components.ap).toBeCloseTo(7.5, 10);
  expect(components.objects).toBe(4);
  expect(found.found.truth.optics).toEqual(optics);
  const { difference, interval } = found.opticsMinusComponents;
  expect(difference).toBeCloseTo(92.5, 10);
  // Both frames are alike, so every resample gives the same.
  expect(interval).toEqual([difference, difference]);
  expect(JSON.stringify(found).length).toBeLessThan(20_000);
  expect(found.strips.map(({ frame }) => frame)).toEqual(['a', 'b']);
  expect(found.strips[0].panels).toContain('objects, Connected components');
  expect([...place.files.keys()]).toEqual(found.strips.map(({ file }) => file));
});

test('a network that sees no object at all has AP 0 and no interval but 0', async () => {
  const sample = cutCar('a');
  const predictions = predictionsOf(
    new Uint8Array(arraysOf(sample).semantic!.length),
    trueVectors(),
  );
  const found = await objectsByClustering.measure(placeOf([{ sample, predictions }]));
  expect(found.found.predicted.optics).toEqual({ ap: 0, ap50: 0, objects: 0 });
  expect(found.found.truth.optics.ap).toBe(100);
  expect(found.opticsMinusComponents).toEqual({ difference: 0, interval: [0, 0] });
});

test('frames without a true object have no AP', async () => {
  const { sample, predictions } = perfect('a');
  const arrays = arraysOf(sample);
  const empty = streetSample({
    ...arrays,
    semantic: arrays.semantic!.map(() => 0),
    instance: arrays.instance!.map(() => 0),
  });
  const found = await objectsByClustering.measure(placeOf([{ sample: empty, predictions }]));
  expect(found.found.predicted.optics).toEqual({ ap: null, ap50: null, objects: 2 });
  expect(found.opticsMinusComponents).toEqual({ difference: null, interval: null });
});

test('true vectors replace predicted ones on true objects alone', () => {
  const sample = cutCar('a');
  const wrong = trueVectors().fill(7);
  const predictions = predictionsOf(arraysOf(sample).semantic!, wrong);
  const { vectors } = decodingInput('trueVectors', sample, predictions, [1, 2]);
  expect(vectors).toEqual(trueVectors(7));
  const trueClasses = decodingInput('trueClasses', sample, predictions, [1, 2]);
  expect(trueClasses.vectors).toEqual(wrong);
  // No class where there is no single object: a road pixel, and all once cars are not told apart.
  expect(decodingInput('truth', sample, predictions, [1, 2]).semantic[0]).toBe(255);
  expect(new Set(trueObjects(sample, [2]))).toEqual(new Set([0]));
  expect(new Set(trueObjects(sample, [1]))).toEqual(new Set([0, A, B]));
});

test('a data set with other classes lends its objects official ids', () => {
  const { ids, truth } = objectMatching(['pavement', 'car', 'pedestrian'], [1, 2])!;
  // Person 24 and rider 25 are the first two ids with objects; road 7 stands for all stuff.
  expect([...ids]).toEqual([7, 24, 25]);
  const sample = streetSample({
    ...{ id: 'a', height: 1, width: 7 },
    semantic: Uint8Array.of(0, 1, 1, 2, 1, 255, 1),
    instance: Uint16Array.of(0, 1, 1, 2, 3, 0, 0),
  });
  // A car without an object is a group.
  expect([...truth(sample)]).toEqual([7, 24000, 24000, 25000, 24001, 0, 24]);
  expect(objectMatching(['pavement'], [0, 1, 2, 3, 4, 5, 6, 7, 8])).toBeUndefined();
});

const context = { config: { ...profiles.smoke, seeds: [1, 2] }, data: street, options: {} };
const run = (seed: number, found?: ObjectsByClustering): MadeRun => ({
  tasks: street.tasks,
  weighting: 'uncertainty',
  seed,
  metrics: {},
  ...(found && { measured: { 'objects-by-clustering': found } }),
});

test('shows mean and spread over seeds, dashes without runs, and asks for the runs of Table 1', async () => {
  const found = await objectsByClustering.measure(placeOf([perfect('a')]));
  const { predicted } = found.found;
  const worse = {
    ...found,
    found: {
      ...found.found,
      predicted: { ...predicted, optics: { ap: 80, ap50: 90, objects: 3 } },
    },
  };
  const { tables, verdicts } = await rendered(figure3, context, [run(1, found), run(2, worse)]);
  const [optics, , , components, truth] = tables[0].table.rows;
  // 100 and 80: mean 90, sample deviation √(2 · 10²) = 14.14. Two objects, and three, in one frame.
  expect(optics.cells[0]).toEqual({ value: 90, n: 2, sd: Math.sqrt(200) });
  expect(optics.cells[2]).toEqual({ value: 2.5, n: 2, sd: Math.sqrt(0.5) });
  expect(components.cells[1]).toMatchObject({ value: 37.5 });
  expect(truth.cells.slice(0, 3)).toEqual([null, null, { value: 2, n: 2, sd: 0 }]);
  // Fewer than three seeds: the interval over frames of each.
  expect(verdicts[0]).toMatchObject({ judgement: 'reproduced' });
  expect(verdicts[0].evidence).toMatch(/\+92\.5 points of AP \(2 seeds; 95 % interval over frames/);

  expect(toLatex(tables[0].table)).toContain('OPTICS-$\\xi$');

  const none = await rendered(figure3, context, []);
  expect(none.tables[0].table.rows[0].cells[0]).toEqual({ value: null, n: 0 });
  expect(none.verdicts[0]).toMatchObject({ judgement: 'not run', evidence: '' });
  const runs = runsOf(figure3, context, resultsOf(context, []));
  expect(runs.map(({ label }) => label)).toEqual(['learned/seed-1', 'learned/seed-2']);
});

test('data without objects needs no run and says so', async () => {
  const depthOnly = { ...context, data: { ...street, tasks: ['semantic', 'depth'] as const } };
  expect(runsOf(figure3, depthOnly, resultsOf(context, []))).toEqual([]);
  expect((await rendered(figure3, depthOnly, [])).lead).toContain('no objects');
});
