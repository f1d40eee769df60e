import { expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import { runsOf, type Results } from '@scene-mtl/lab';
import type { NumbersSpec } from '../src/numbers/kind.ts';
import { alvinn } from '../src/papers/caruana1997/alvinn/alvinn.ts';
import { draw, TASKS } from '../src/papers/caruana1997/alvinn/road.ts';

test('a road is what its numbers say', () => {
  const counts = [0, 0];
  for (let seed = 0; seed < 200; seed++) {
    const { row, steering, lanes, left, right, centre, border, line } = draw(stream(seed, 'road'));
    counts[lanes]++;
    expect(centre).toBeCloseTo((left + right) / 2, 12);
    // The right lane of two is the right half of the road, its middle a quarter of the width from the centre.
    expect(steering).toBeCloseTo(lanes === 1 ? centre + (right - left) / 4 : centre, 12);
    expect(Number.isNaN(line)).toBe(lanes === 0);
    const outside = row.filter((_, i) => (i + 0.5) / 32 < left || (i + 0.5) / 32 > right);
    const mean = outside.reduce((a, b) => a + b) / outside.length;
    // Four standard deviations of a mean of noise of 0.1, or a little more in 200 tries.
    expect(Math.abs(mean - border)).toBeLessThan(0.45 / Math.sqrt(outside.length));
  }
  expect(Math.min(...counts)).toBeGreaterThan(70);
});

const context = {
  config: { seeds: [1] },
  data: { name: 'roads', frames: { train: 200, val: 1000 }, tasks: TASKS },
  options: alvinn.options({ trials: '4' }),
};

/** Results in which the network of all tasks errs by `multi`, the others by 0.08 and a little by seed. */
const resultsWith = (multi: number | undefined): Results<NumbersSpec> => ({
  summary(of) {
    const rms = of.tasks.length > 1 ? multi : 0.08;
    if (rms === undefined) return undefined;
    return { spec: of, result: { metrics: { 'steering/rms': rms + of.seed / 1e4 } } } as never;
  },
  measured: () => undefined,
  file: () => Promise.resolve(undefined),
});

test.each([
  [0.07, 'reproduced'],
  [0.09, 'not reproduced'],
  [0.08, 'no difference larger than δ'],
  [undefined, 'not run'],
])('all tasks at %s: %s', async (multi, judgement) => {
  const { tables, verdicts } = await alvinn.show(context, resultsWith(multi));
  expect(verdicts.map((verdict) => verdict.judgement)).toEqual([judgement]);
  expect(tables.map(({ name }) => name)).toEqual(
    multi === undefined ? ['alvinn'] : ['alvinn', 'alvinn-paired'],
  );
});

test('every trial trains each of three networks on the same roads', () => {
  const runs = runsOf(alvinn, context, resultsWith(undefined));
  expect(runs.map(({ label }) => label).slice(0, 5)).toEqual([
    ...['single-4/seed-1', 'single-4/seed-2', 'single-4/seed-3', 'single-4/seed-4'],
    'single-16/seed-1',
  ]);
  expect(runs).toHaveLength(12);
  expect(() => alvinn.options({ trials: '0' })).toThrow('--trials 0');
});
