import { arraysOf } from '@scene-mtl/data/testing';
import { expect, test } from '@jest/globals';
import { toLatex } from '@scene-mtl/eval';
import { runsOf, judgeDifference } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { closeUp } from '../src/papers/kendall2018/figure4/close-up.ts';
import { largestCutObject } from '../src/papers/kendall2018/figure4/cut-object.ts';
import { figure4 } from '../src/papers/kendall2018/figure4/figure4.ts';
import {
  cutScenes,
  occludedObjects,
  type OccludedObjects,
} from '../src/papers/kendall2018/figure4/occluded-objects.ts';
import { runConfig } from '../src/scenes/spec.ts';
import { A, cutCar, placeOf, predictionsOf, size, trueVectors } from './cut-car.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const cut = { object: A, area: 24, box: { top: 2, left: 2, bottom: 5, right: 9 } };

test('finds the largest object in two pieces, and shows it with half its size around it', () => {
  const { instance } = arraysOf(cutCar('a'));
  expect(largestCutObject(instance!, size, 4)).toEqual(cut);
  // Its pieces have 12 px each.
  expect(largestCutObject(instance!, size, 13)).toBeUndefined();
  // Rows 2 − 2 … 5 + 2, columns 2 − 4 (none: 0) … 9 + 4: 8 rows, 14 columns, 240 / 14 ≈ 17 times.
  const data = Uint8Array.from({ length: 8 * 16 * 3 }, (_, i) => i % 251);
  const shown = closeUp({ ...size, data }, cut);
  expect([shown.height, shown.width]).toEqual([8 * 17, 14 * 17]);
  // The last pixel shown is row 7, column 13.
  expect([...shown.data.slice(-3)]).toEqual([...data.slice(3 * (7 * 16 + 13)).slice(0, 3)]);
});

test('counts what becomes of a cut car by clustering', async () => {
  const sample = cutCar('a');
  const seen = { sample, predictions: predictionsOf(arraysOf(sample).semantic!, trueVectors()) };
  const blind = {
    sample: cutCar('b'),
    predictions: predictionsOf(new Uint8Array(arraysOf(sample).semantic!.length), trueVectors()),
  };
  const place = placeOf([seen, blind]);
  const { frames, cut: objects, counts, strips } = await occludedObjects.measure(place);
  expect([frames, objects]).toEqual([2, '1 1']);
  // Frame a: votes keep A whole. Components give each piece to another object, the right one to that
  // which also holds car B. Frame b: nothing is predicted, so both pieces are missed.
  const optics = { whole: 1, split: 0, missed: 1, merged: 0, own: 1, ownByFrame: '1 0' };
  const components = { whole: 0, split: 1, missed: 1, merged: 1, own: 0, ownByFrame: '0 0' };
  expect(counts.predicted).toMatchObject({ optics, dbscan: optics, components });
  // Given true classes, the second frame is like the first.
  const both = { whole: 2, split: 0, missed: 0, merged: 0, own: 2, ownByFrame: '1 1' };
  const cutBoth = { whole: 0, split: 2, missed: 0, merged: 2, own: 0, ownByFrame: '0 0' };
  expect(counts.trueClasses).toMatchObject({ optics: both, components: cutBoth });
  expect(counts.truth).toMatchObject({ optics: both, components: cutBoth });
  expect(strips.map(({ frame }) => frame)).toEqual(['a', 'b']);
  expect(place.files.size).toBe(2);
});

test('frames are made with cut objects, from another seed than the run’s', () => {
  const config = runConfig(profiles.quick);
  expect(cutScenes(config)).toMatchObject({ train: 1, val: 100, seed: 1001, occlusion: 'cut' });
  expect(cutScenes(runConfig(profiles.smoke))).toMatchObject({ val: 8 });
  expect(cutScenes(runConfig(profiles.paper))).toEqual(profiles.paper.data);
});

const counts = (own: readonly number[]) => {
  const total = own.reduce((a, b) => a + b, 0);
  return {
    ...{ whole: total, split: 4 - total, missed: 0, merged: 0, own: total },
    ownByFrame: own.join(' '),
  };
};
/** Two frames of two cut objects each, of which so many are found as one. */
const made = (optics: readonly number[], components: readonly number[]): OccludedObjects => {
  const row = {
    optics: counts(optics),
    opticsXi: counts(optics),
    dbscan: counts(optics),
    components: counts(components),
  };
  const all = { predicted: row, trueClasses: row, truth: row };
  return { frames: 5, cut: '2 2', counts: all, strips: [] };
};

test('shows rates with their spread, a dash without cut objects, and judges by the frames made', async () => {
  const context = { config: { ...profiles.smoke, seeds: [1, 2, 3] }, data: street, options: {} };
  const run = (seed: number, optics: readonly number[]): MadeRun => ({
    tasks: street.tasks,
    weighting: 'uncertainty',
    seed,
    metrics: {},
    measured: {
      'occluded-objects': { ...made([0, 0], [0, 0]), cut: '' },
      'occluded-objects-made': made(optics, [0, 0]),
    },
  });
  const made3 = [run(1, [2, 2]), run(2, [1, 1]), run(3, [1, 2])];
  const { tables, verdicts } = await rendered(figure4, context, made3);
  expect(tables.map(({ name }) => name)).toEqual(['figure4', 'figure4-made']);
  expect(tables[0].table.rows[0].cells[0]).toEqual({ value: null, n: 0 });
  // Of 4 objects 4, 2 and 3 are whole: 100, 50 and 75 %, mean 75, sample deviation 25.
  expect(tables[1].table.rows[0].cells[0]).toEqual({ value: 75, n: 3, sd: 25 });
  expect(verdicts[0].judgement).toBe('reproduced');
  expect(verdicts[0].evidence).toContain('connected components 0.0 %');
  expect(verdicts[0].evidence).toContain(
    // t(0.975, 2) · 25 / √3 = 62.1.
    '+75.0 points (95 % interval over 3 seeds +12.9 … +137.1)',
  );

  expect(toLatex(tables[1].table)).toContain('merged');

  const none = await rendered(figure4, context, []);
  expect(none.verdicts[0]).toMatchObject({ judgement: 'not run', evidence: '' });
  const uncut = await rendered(figure4, context, [
    { ...run(1, [0, 0]), measured: { 'occluded-objects': { ...made([0, 0], [0, 0]), cut: '' } } },
  ]);
  expect(uncut.verdicts[0].judgement).toBe('not measurable');
  expect(uncut.verdicts[0].evidence).toContain('nothing to compare');
  const asked = runsOf(figure4, context, resultsOf(context, []));
  expect(asked[0].measurements?.map(({ name }) => name)).toEqual([
    'occluded-objects',
    'occluded-objects-made',
  ]);
  const folder = { ...context, config: { ...profiles.paper, seeds: [1] } };
  expect(runsOf(figure4, folder, resultsOf(folder, []))[0].measurements).toHaveLength(1);
});

test('a difference is judged over seeds from three on, below over the frames of each run', () => {
  const of = (difference: number, overFrames?: readonly [number, number]) => ({
    difference,
    overFrames,
  });
  expect(judgeDifference([of(1, [0.5, 2]), of(2, [1, 3])], 0.5, '%').judgement).toBe('reproduced');
  expect(judgeDifference([of(1, [-0.5, 2]), of(2, [1, 3])], 0.5, '%').judgement).toBe(
    'cannot tell',
  );
  expect(judgeDifference([of(-1, [-2, -0.5])], 0.5, '%')).toEqual({
    judgement: 'not reproduced',
    evidence: 'difference −1.0 % (1 seed; 95 % interval over frames −2.0 … −0.5)',
  });
  expect(judgeDifference([of(1)], 0.5, '%').evidence).toContain('over frames unknown');
  expect(judgeDifference([of(1), of(2), of(-3)], 0.5, '%').judgement).toBe('cannot tell');
  // Mean 0.1, deviation 0.1: t(0.95, 2) · 0.1 / √3 = 0.17 beyond 0.1 is below 0.5, and above 0.2.
  const near = [of(0), of(0.1), of(0.2)];
  expect(judgeDifference(near, 0.5, '%').judgement).toBe('no difference larger than δ');
  expect(judgeDifference(near, 0.2, '%').judgement).toBe('cannot tell');
});
