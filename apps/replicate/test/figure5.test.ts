import { expect, test } from '@jest/globals';
import { toLatex } from '@scene-mtl/eval';
import { runsOf } from '@scene-mtl/lab';
import { profiles } from '../src/config/profiles.ts';
import { frameAt, ranked, worstTogether } from '../src/measure/frame-choice.ts';
import { fromText, toText } from '../src/measure/frame-errors.ts';
import { readRgb } from '../src/measure/small-png.ts';
import { cutGrid } from '../src/measure/grid-file.ts';
import { figure5 } from '../src/papers/kendall2018/figure5/figure5.ts';
import { qualitative } from '../src/papers/kendall2018/figure5/qualitative.ts';
import { madeFrame, placeOf } from './made-place.ts';
import { rendered, resultsOf, street } from './records.ts';

const context = { config: { ...profiles.smoke, seeds: [1, 2] }, data: street, options: {} };

/** Frame k of 4×8 px: k pixels of a wrong class, vectors off by k px, disparity by k / 10. */
const frames = [3, 0, 2, 1, 4].map((k) =>
  madeFrame({
    ...{ id: `frame ${k}`, height: 4, width: 8 },
    instance: (y, x) => Number(y === 0 && x < 4),
    guess: (y, x) => Number(y === 3 && x < k),
    vectorOff: () => k,
    disparityOff: () => k / 10,
  }),
);

test('a frame at a quantile is a place in the order of errors, ties by order, gaps left out', () => {
  expect(ranked([5, null, 1, 5, 0])).toEqual([4, 2, 0, 3]);
  // Four known: places ⌊0.05 · 3 + ½⌋ = 0, ⌊1.5 + ½⌋ = 2, ⌊2.85 + ½⌋ = 3.
  expect([0.05, 0.5, 0.95].map((q) => frameAt([5, null, 1, 5, 0], q))).toEqual([4, 0, 3]);
  expect(frameAt([null], 0.5)).toBeUndefined();
});

test('frames that are bad at every task come before one that is worst at a single task', () => {
  const errors = { semantic: [1, 2, 3, 4], depth: [4, 2, 3, 1] };
  // Sums of ranks: 1 + 4, 2 + 2, 3 + 3, 4 + 1; the tie of 5 goes to the earlier frame.
  expect(worstTogether(errors, 3)).toEqual([2, 0, 3]);
  expect(worstTogether({ semantic: [1, 2], depth: [1, null] }, 2)).toEqual([0]);
});

test('errors of frames survive as text', () => {
  const errors = { semantic: [12.5, 0], instance: [null, 3] };
  expect(toText(errors)).toEqual({ semantic: '12.5 0', instance: '- 3' });
  expect(fromText(toText(errors))).toEqual(errors);
});

test('the measurement picks by each task’s error and saves one grid per frame', async () => {
  const { place, saved } = placeOf(frames);
  const found = await qualitative.measure(place);
  // k of 32 pixels wrong: 100 k / 32 %.
  expect(found.errors).toEqual({
    semantic: '9.375 0 6.25 3.125 12.5',
    instance: '3 0 2 1 4',
    depth: '0.3 0 0.2 0.1 0.4',
  });
  // Places 0, 2 and 4 of five: frames 0, 2 and 4, for every task alike.
  expect(found.shown.map(({ task, frame }) => `${task}: ${frame}`)).toEqual(
    ['semantic', 'instance', 'depth'].flatMap((t) => [0, 2, 4].map((k) => `${t}: frame ${k}`)),
  );
  expect([...saved.keys()]).toEqual(['frame-0.png', 'frame-2.png', 'frame-4.png']);
  const grid = found.strips[2];
  expect(grid.panels).toHaveLength(10);
  const png = saved.get(grid.file) as Uint8Array;
  // Ten pictures of 4 rows below each other.
  expect(await readRgb(png)).toMatchObject({ height: 40, width: 8 });
  const { tiles } = await cutGrid(png, grid, 'worst');
  const error = tiles.find(({ name }) => name === 'classes, error');
  const { data } = await readRgb(error?.png as Uint8Array);
  const brightness = Array.from({ length: 32 }, (_, i) => data[3 * i] + data[3 * i + 1]);
  // Four wrong pixels in the last row shine, all others are dark.
  expect(brightness.flatMap((b, i) => (b > 300 ? [i] : []))).toEqual([24, 25, 26, 27]);
});

test('only the first seed is drawn; without the run there are dashes', async () => {
  const runs = runsOf(figure5, context, resultsOf(context, []));
  expect(runs.map(({ label }) => label)).toEqual(['learned/seed-1']);
  const { tables, grids } = await rendered(figure5, context, []);
  expect(grids).toEqual([]);
  expect(toLatex(tables[0].table)).toContain('Error of a frame');
  expect(tables[0].table.rows).toHaveLength(3);
  expect(tables[0].table.rows.every(({ cells }) => cells.every((c) => c === null))).toBe(true);
});

test('the table names the frames and their errors', async () => {
  const found = await qualitative.measure(placeOf(frames).place);
  const { tables } = await rendered(figure5, context, [
    {
      ...{ tasks: street.tasks, weighting: 'uncertainty', seed: 1, metrics: {} },
      measured: { qualitative: found },
    },
  ]);
  expect(tables[0].table.rows[1].cells).toEqual([
    ...[{ value: 0 }, 'frame 0', { value: 2 }, 'frame 2', { value: 4 }, 'frame 4'],
  ]);
});
