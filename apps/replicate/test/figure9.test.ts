import { expect, test } from '@jest/globals';
import { toLatex } from '@scene-mtl/eval';
import { runsOf, type Verdict } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import {
  correlate,
  frameCorrelation,
} from '../src/papers/kendall2018/figure9/block-correlation.ts';
import {
  blockMeans,
  packMeans,
  unpackMeans,
} from '../src/papers/kendall2018/figure9/block-grid.ts';
import {
  confusedPairs,
  iouOf,
  rarityCorrelation,
} from '../src/papers/kendall2018/figure9/classes.ts';
import { errorBlocks } from '../src/papers/kendall2018/figure9/error-blocks.ts';
import { failures } from '../src/papers/kendall2018/figure9/failures.ts';
import { figure9 } from '../src/papers/kendall2018/figure9/figure9.ts';
import { objectErrors } from '../src/papers/kendall2018/figure9/object-errors.ts';
import {
  differenceOf,
  matchedDifference,
  momentsOf,
  objectGroups,
} from '../src/papers/kendall2018/figure9/object-groups.ts';
import { madeFrame, madeTasks, placeOf } from './made-place.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const context = { config: { ...profiles.smoke, seeds: [1, 2, 3] }, data: street, options: {} };
const size = { height: 16, width: 32 };
const tasks = madeTasks;

test('blocks are means over shared pixels; a block of fewer than four does not count', () => {
  const all = new Float32Array(512).fill(1);
  // 8×16 blocks of 2×2 px; the first loses one pixel.
  const second = all.slice();
  second[0] = 0;
  const error = Float32Array.from({ length: 512 }, (_, i) => i % 32);
  const means = blockMeans(error, [all, second], size);
  expect(means).toHaveLength(127);
  // Second block of the first row: columns 2 and 3.
  expect(means[0]).toBe(2.5);
});

test('means survive in a byte each, small ones beside large ones', () => {
  const means = [0, 0.01, 1, 100];
  const back = unpackMeans(packMeans(means));
  // Steps of the root are 10 / 255, so 1 is off by at most 2 · 1 · 0.02 = 0.04.
  means.forEach((m, i) => expect(Math.abs(back[i] - m)).toBeLessThan(0.04));
  expect(unpackMeans(packMeans([0, 0]))).toEqual([0, 0]);
});

test('correlation over blocks with a jackknife over frames', () => {
  // Σx = Σy = 10, Σx² = Σy² = 30, Σxy = 28: r = (4 · 28 − 100) / (4 · 30 − 100) = 0.6.
  const found = correlate([1, 2, 3, 4], [2, 1, 4, 3], [2, 2]);
  expect(found?.r).toBeCloseTo(0.6, 10);
  // Without either frame two points are left, falling: r = −1 both times, so no spread.
  expect(found?.low).toBeCloseTo(0.6, 10);
  expect(correlate([1, 1], [1, 2], [1, 1])).toBeUndefined();
  expect(frameCorrelation([1, 2, null, 3], [2, 4, 9, 6])).toBeCloseTo(1, 10);
  expect(frameCorrelation([1], undefined)).toBeUndefined();
});

test('objects: error against the longer side, pieces, wrong classes', () => {
  const { sample, predictions } = madeFrame({
    ...{ id: 'a', ...size },
    // Object 1: 4×2 px; object 2: two pieces of 2×2 px with a pole between, 6 px wide.
    instance: (y, x) => (y < 4 && x < 2 ? 1 : y < 2 && [10, 11, 14, 15].includes(x) ? 2 : 0),
    semantic: (y, x) => Number(y < 4 && x < 16),
    guess: (y, x) => Number(y < 2 && x < 16),
    vectorOff: (_, x) => (x < 2 ? 1 : 3),
  });
  expect(objectErrors(tasks, sample, predictions)).toEqual([
    // 1 px of 4; rows 2 and 3 are wrong.
    { frame: 'a', extent: 4 / 16, occluded: false, vector: 1 / 4, wrong: 0.5 },
    // Columns 10 … 15: 3 px of 6.
    { frame: 'a', extent: 6 / 16, occluded: true, vector: 3 / 6, wrong: 0 },
  ]);
  expect(objectErrors(tasks.slice(0, 1), sample, predictions)).toEqual([]);
});

test('differences between groups of objects', () => {
  // Means 2 and 5, variances of the means 1/2 · … : [1, 3] has s² = 2, s²/n = 1; [5, 5] has 0.
  const difference = differenceOf(momentsOf([5, 5]), momentsOf([1, 3]));
  expect(difference?.value).toBeCloseTo(3, 10);
  expect(difference?.low).toBeCloseTo(3 - 1.96, 10);
  // A size with one object says nothing and drops out.
  const matched = matchedDifference([
    [momentsOf([5, 5]), momentsOf([1, 3])],
    [momentsOf([100]), momentsOf([1, 2])],
  ]);
  expect(matched?.value).toBeCloseTo(3, 10);
  expect(matchedDifference([])).toBeUndefined();
  const groups = objectGroups([
    { frame: 'a', extent: 0.6, occluded: true, vector: 0.2, wrong: NaN },
  ]);
  expect(groups).toHaveLength(8);
  expect(groups[7]).toEqual({
    ...{ extent: 3, occluded: true },
    vector: [1, 0.2, 0.04],
    wrong: [0, 0, 0],
  });
});

test('classes: IoU, pairs by confusion, rarity', () => {
  const matrix = [
    [90, 8, 2],
    [10, 20, 0],
    [4, 1, 5],
  ];
  // 90 / (100 + 104 − 90)
  expect(iouOf(matrix, 0)).toBeCloseTo((100 * 90) / 114, 10);
  // 25 wrong pixels: 18 between 0 and 1, 6 between 0 and 2, 1 between 1 and 2.
  expect(confusedPairs(matrix).map(({ share }) => share)).toEqual([72, 24, 4]);
  // Shares 100 > 30 > 10 px; IoU 79 > 51 > 42: the same order.
  expect(rarityCorrelation(matrix)).toBeCloseTo(1, 10);
});

/** Errors of all tasks in the left half alone; its frames differ in how much. */
const together = [1, 2, 3, 4].map((k) =>
  madeFrame({
    ...{ id: `f${k}`, ...size },
    instance: (y) => 1 + Math.floor(y / 8),
    semantic: () => 0,
    guess: (_, x) => Number(x < 4 * k),
    vectorOff: (_, x) => (x < 4 * k ? 2 : 0),
    disparityOff: (_, x) => (x < 4 * k ? 1 : 0),
  }),
);

test('blocks of networks trained apart are those of the network with all tasks', async () => {
  const whole = await errorBlocks.measure(placeOf(together).place);
  const alone = await errorBlocks.measure(placeOf(together, tasks.slice(2)).place);
  expect(Object.keys(whole.pairs)).toEqual([
    'semantic+instance',
    'semantic+depth',
    'instance+depth',
  ]);
  expect(Object.keys(alone.pairs)).toEqual(['semantic+depth', 'instance+depth']);
  expect(alone.pairs['semantic+depth']).toEqual({
    frames: '128 128 128 128',
    means: { depth: whole.pairs['semantic+depth'].means['depth'] },
  });
});

test('failures: confusion, correlation of pixels and frames by rule', async () => {
  const { place, saved } = placeOf(together);
  const found = await failures.measure(place);
  // Wrong pixels of class 0 taken for 1: 16 rows × (4 + 8 + 12 + 16).
  expect(found.confusion).toEqual(['1408 640 0', '0 0 0', '0 0 0']);
  // Every task is wrong at exactly the same pixels.
  expect(found.pixelCorrelation['semantic+depth']).toEqual({ r: 1, pixels: 2048 });
  expect(found.shown.slice(0, 2).map(({ frame }) => frame)).toEqual(['f4', 'f3']);
  expect([...saved.keys()].sort()).toEqual(['f3.png', 'f4.png']);
});

const made = async (seed: number): Promise<MadeRun[]> => {
  const whole = placeOf(together).place;
  return [
    {
      ...{ tasks: street.tasks, weighting: 'uncertainty', seed, metrics: {} },
      measured: {
        failures: await failures.measure(whole),
        'error-blocks': await errorBlocks.measure(whole),
      },
    },
    ...(await Promise.all(
      tasks.map(async (task) => ({
        tasks: [task.name],
        ...{ weighting: 'fixed', options: { [task.name]: 1 }, seed, metrics: {} },
        measured: { 'error-blocks': await errorBlocks.measure(placeOf(together, [task]).place) },
      })),
    )),
  ];
};

const verdictOf = (verdicts: readonly Verdict[], word: string): Verdict =>
  verdicts.find(({ claim }) => claim.includes(word)) as Verdict;

test('needs the learned network and one network per task, for each seed', () => {
  const runs = runsOf(figure9, context, resultsOf(context, []));
  expect(runs).toHaveLength(12);
  expect(runs[0].measurements).toEqual([failures, errorBlocks]);
  expect(runs[11].label).toBe('depth-only/seed-3');
});

test('perfectly correlated errors are high, but no more than of networks trained apart', async () => {
  const all = (await Promise.all([1, 2, 3].map(made))).flat();
  const { tables, verdicts, figures } = await rendered(figure9, context, all);
  const [row] = tables[0].table.rows;
  expect(row.header).toBe('semantic+instance');
  for (const k of [0, 1, 2, 3, 4])
    expect((row.cells[k] as { value: number }).value).toBeCloseTo(1, 2);
  expect(verdictOf(verdicts, 'highly correlated').judgement).toBe('reproduced');
  const sharing = verdictOf(verdicts, 'share');
  expect(sharing.judgement).toBe('no difference larger than δ');
  expect(sharing.evidence).toContain('difference 0.00, interval 0.00 to 0.00');
  expect(figures.map(({ name }) => name)).toEqual(['correlation', 'classes', 'sizes']);
});

test('one seed is enough where intervals lie within the run, and not elsewhere', async () => {
  const { verdicts } = await rendered(figure9, context, await made(1));
  expect(verdictOf(verdicts, 'highly correlated').judgement).toBe('reproduced');
  expect(verdictOf(verdicts, 'Rare').judgement).toBe('cannot tell');
  expect(verdictOf(verdicts, 'share').judgement).toBe('cannot tell');
});

test('without one of the networks trained apart nothing is said of sharing', async () => {
  const all = (await Promise.all([1, 2, 3].map(made))).flat();
  const { verdicts } = await rendered(
    figure9,
    context,
    all.filter((run) => run.tasks.join() !== 'depth'),
  );
  expect(verdictOf(verdicts, 'share').judgement).toBe('not run');
  expect(verdictOf(verdicts, 'highly correlated').judgement).toBe('reproduced');
});

test('without runs: dashes, and every claim about runs is not run', async () => {
  const { tables, figures, verdicts } = await rendered(figure9, context, []);
  expect(tables[0].table.rows[0].cells[0]).toEqual({ value: null, n: 0 });
  expect(figures).toEqual([]);
  for (const { table } of tables) expect(toLatex(table)).toContain('tabular');
  const told = verdicts.filter(({ judgement }) => judgement !== 'not run');
  expect(told.map(({ claim }) => claim)).toEqual(['Reflections confuse the network.']);
});

test('data without disparity has one pair of tasks', async () => {
  const two = { ...context, data: { ...street, tasks: ['semantic', 'instance'] as const } };
  expect(runsOf(figure9, two, resultsOf(two, []))).toHaveLength(9);
  const { tables } = await rendered(figure9, two, []);
  expect(tables[0].table.rows.map(({ header }) => header)).toEqual([
    ...['semantic+instance', 'semantic in both', 'instance in both'],
  ]);
});
