import { expect, test } from '@jest/globals';
import { toLatex } from '@scene-mtl/eval';
import { runsOf, type Series } from '@scene-mtl/lab';
import { sceneRunId } from '../src/scenes/program.ts';
import { profiles } from '../src/config/profiles.ts';
import { lagOf, tracked } from '../src/papers/kendall2018/figure7/equilibrium.ts';
import { figure7 } from '../src/papers/kendall2018/figure7/figure7.ts';
import { publishedNoise } from '../src/papers/kendall2018/figure7/published.ts';
import { atWidth, earlyStep, ratios, ratioText } from '../src/papers/kendall2018/figure7/ratios.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import type { SceneContext } from '../src/scenes/kind.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const tasks = ['semantic', 'instance', 'depth'] as const;
const context: SceneContext<Record<never, never>> = {
  config: { ...profiles.quick, seeds: [1, 2, 3] },
  data: street,
  options: {},
};

/** Points every 10 steps of 600. */
const over = (value: (step: number) => number): Series =>
  Array.from({ length: 60 }, (_, i) => [10 * (i + 1), value(10 * (i + 1))] as const);

/** A run whose losses halve every 200 steps from these, with σ² at `off` times its stationary value. */
const run = (seed: number, start: Record<(typeof tasks)[number], number>, off = 1): MadeRun => {
  const loss = (of: number) => (step: number) => of * 0.5 ** (step / 200);
  const series = tasks.flatMap((task) => {
    const k = off * (task === 'semantic' ? 2 : 1);
    return [
      [`loss/${task}`, over(loss(start[task]))],
      [`sigma2/${task}`, over((step) => k * loss(start[task])(step))],
      [`weight/${task}`, over((step) => 1 / (2 * loss(start[task])(step)))],
    ] as const;
  });
  return { tasks, weighting: 'uncertainty', seed, metrics: {}, series: Object.fromEntries(series) };
};

const start = { semantic: 2, instance: 16, depth: 4 };

test('needs the learned run with all tasks of Table 1, per seed', () => {
  const runs = runsOf(figure7, context, resultsOf(context, []));
  expect(runs.map(({ label }) => label)).toEqual(
    [1, 2, 3].map((seed) => `uncertainty-semantic-instance-depth/seed-${seed}`),
  );
  const table = { ...context, options: table1.options({}) };
  const shared = new Set(
    runsOf(table1, table, resultsOf(table, [])).map((r) => sceneRunId(r.spec)),
  );
  expect(runs.every(({ spec }) => shared.has(sceneRunId(spec)))).toBe(true);
});

test('without runs there are dashes, no chart, and every claim is not run', async () => {
  const { tables, figures, verdicts } = await rendered(figure7, context, []);
  expect(tables[0].table.rows[2].cells.slice(1)).toEqual(Array(6).fill({ value: null, n: 0 }));
  expect(tables[1].table.rows[4].cells.slice(3)).toEqual([null, null, null]);
  expect(figures).toEqual([]);
  expect(verdicts.map(({ judgement }) => judgement)).toEqual(Array(4).fill('not run'));
});

test('the published σ² give the printed ratio only with instance and depth exchanged', () => {
  const [early, printed, exchanged] = publishedNoise.map(({ sigma2 }) =>
    ratioText(ratios(sigma2, tasks, 'precision')),
  );
  // 13.5/0.6 = 22.5, 13.5/62.5 = 0.216.
  expect(early).toBe('22.5 : 0.216 : 1');
  // 20.4/0.075 = 272, 20.4/3.25 = 6.28.
  expect(printed).toBe('272 : 6.28 : 1');
  // 3.25/0.075 = 43.3, 3.25/20.4 = 0.159; the softmax weight is twice 1/(2σ²): 86.7.
  expect(exchanged).toBe('43.3 : 0.159 : 1');
  expect(ratioText(ratios(publishedNoise[2].sigma2, tasks, 'weight'))).toBe('86.7 : 0.159 : 1');
});

test('the early step is the paper’s 500 or a sixth of a short run; px grow with the image', () => {
  expect([50_000, 600, 30].map(earlyStep)).toEqual([500, 100, 5]);
  expect(atWidth({ semantic: 0.5, depth: 0.25 }, 16)).toEqual({ semantic: 0.5, depth: 4 });
});

test('the lag of s under each form', () => {
  // ½e⁻ˢL + ½s at rate 0.01, momentum 0.9: 0.1/(0.5 · 0.01) = 20 steps; clipped to half, 40.
  const half = { attenuation: 0.5, regulariser: 0.5, root: 1 } as const;
  expect(lagOf(half, 0.01, 0.9)).toBeCloseTo(20, 12);
  expect(lagOf(half, 0.01, 0.9, 0.5)).toBeCloseTo(40, 12);
  // L/b + log b in s = 2 log b: gradient ¼(s − s*), twice as slow.
  expect(lagOf({ attenuation: 1, regulariser: 0.5, root: 2 }, 0.01, 0.9)).toBeCloseTo(40, 12);
});

test('σ² is set beside the loss as s has seen it', () => {
  const made = run(1, start);
  const summary = resultsOf(context, [made]).summary(
    runsOf(figure7, context, resultsOf(context, []))[0].spec,
  );
  if (!summary) throw new Error('no summary');
  const points = tracked(summary, 'semantic');
  expect(points).toHaveLength(60);
  // The first point has no past: σ² = 2L exactly.
  expect(points[0].ratio).toBeCloseTo(1, 6);
  // The loss falls, so the lagged one is above it and σ² = 2L lies below 2 × lagged loss.
  expect(points[30].lagged).toBeGreaterThan(points[30].loss);
  expect(points[30].ratio).toBeGreaterThan(0.9);
  expect(points[30].ratio).toBeLessThan(1);
});

test('three seeds in equilibrium: tables, charts and verdicts', async () => {
  const made = [1, 2, 3].map((seed) => run(seed, start));
  const { tables, figures, verdicts } = await rendered(figure7, context, made);
  const [equilibrium, ratio] = tables.map(({ table }) => table);
  // Depth: 4 · 0.5³ = 0.5 at step 600; n = 3.
  const [k, sigma2] = equilibrium.rows[2].cells as { value: number; n?: number }[];
  expect([k.value, sigma2.n]).toEqual([1, 3]);
  expect(sigma2.value).toBeCloseTo(0.5, 6);
  expect((equilibrium.rows[0].cells[0] as { value: number }).value).toBe(2);
  // σ² at the end: 2 · 2/8, 16/8, 4/8; ratio of 1/σ² to depth: 1 : 0.25 : 1.
  expect(ratio.rows[4].header).toBe('Here, end');
  expect(ratio.rows[4].cells[3]).toBe('1 : 0.25 : 1');
  // Weights 1/(2L): L ratios 2 : 16 : 4.
  expect(ratio.rows[4].cells[4]).toBe('2 : 0.25 : 1');
  // px of images 2048 wide, here 128: depth and instance ×16, semantic as it is.
  expect(ratio.rows[5].cells[3]).toBe('16 : 0.25 : 1');
  expect(ratio.rows[3].header).toBe('Here, iteration 100');
  expect(figures.map(({ name }) => name)).toEqual([
    'figure7-sigma2',
    'figure7-loss',
    'figure7-weight',
    'figure7-tracking',
  ]);
  const [tracks, shrinks, moves, same] = verdicts;
  expect(tracks.judgement).toBe('reproduced');
  expect(shrinks.judgement).toBe('reproduced');
  // From step 100 to 600 every σ² falls by 0.5^2.5 = 0.177.
  expect(shrinks.evidence).toContain('depth ×0.177, ×0.177, ×0.177');
  // All fall alike, so the ratio stays.
  expect(moves.judgement).toBe('not reproduced');
  expect(same.judgement).toBe('not measurable');
  for (const { table } of tables) expect(() => toLatex(table)).not.toThrow();
});

test('σ² at twice its stationary value does not follow the loss', async () => {
  const { verdicts } = await rendered(figure7, context, [run(1, start, 2)]);
  expect(verdicts[0].judgement).toBe('not reproduced');
  expect(verdicts[0].evidence).toContain('1 seed,');
});

test('on CityScapes three seeds near the published ratio reproduce it', async () => {
  const cityscapes = { ...context, data: { ...street, name: 'cityscapes' } };
  // σ² = 2L for semantic: 0.0375 · 8, 20.4 · 8, 3.25 · 8 at the start end at the published ones.
  const made = [1, 2, 3].map((seed) => run(seed, { semantic: 0.3, instance: 163.2, depth: 26 }));
  const { verdicts } = await rendered(figure7, cityscapes, made);
  expect(verdicts[3]).toMatchObject({ judgement: 'reproduced' });
  expect(verdicts[3].evidence).toContain('43.3 : 0.159 : 1');
});

test('data with one task has no ratio', async () => {
  const camvid = { ...context, data: { ...street, tasks: ['semantic'] as const } };
  expect(runsOf(figure7, camvid, resultsOf(camvid, []))[0].spec.tasks).toEqual(['semantic']);
  const { tables, verdicts } = await rendered(figure7, camvid, []);
  expect(tables[1].table.rows[0].cells).toEqual(['0.6', null, null, null]);
  expect(verdicts).toHaveLength(2);
});
