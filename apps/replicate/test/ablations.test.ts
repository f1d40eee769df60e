import { expect, test } from '@jest/globals';
import type { Measured } from '@scene-mtl/eval';
import { toLatex } from '@scene-mtl/eval';
import { runsOf, type Series } from '@scene-mtl/lab';
import { sceneRunId } from '../src/scenes/program.ts';
import { profiles } from '../src/config/profiles.ts';
import { type AblationOptions, ablations } from '../src/papers/kendall2018/ablations/ablations.ts';
import { recovered } from '../src/papers/kendall2018/ablations/noise-arms.ts';
import { table1 } from '../src/papers/kendall2018/table1/table1.ts';
import type { SceneContext } from '../src/scenes/kind.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const tasks = ['semantic', 'instance', 'depth'] as const;

const context = (flags: Record<string, string> = {}): SceneContext<AblationOptions> => ({
  config: { ...profiles.quick, seeds: [1, 2, 3] },
  data: street,
  options: ablations.options(flags),
});

const nothing = resultsOf(context(), []);
const asked = (flags: Record<string, string> = {}) => runsOf(ablations, context(flags), nothing);

/** One made run for each that the experiment asks for, with the series that a test gives by its label. */
const made = (
  flags: Record<string, string>,
  of: (label: string, seed: number) => Pick<MadeRun, 'metrics' | 'series'>,
): MadeRun[] =>
  asked(flags).map(({ label, spec }) => ({
    ...of(label, spec.seed),
    tasks: spec.tasks,
    weighting: spec.balance.name,
    options: spec.balance.options,
    seed: spec.seed,
    config: () => spec.config,
  }));

test('fourteen weightings, two forms at four noises and one run that collapses per seed', () => {
  const runs = asked();
  // 14 · 3 + 3 + 2 · 4 · 3.
  expect(runs).toHaveLength(69);
  expect(new Set(runs.map(({ spec }) => sceneRunId(spec))).size).toBe(69);
  const table = { ...context(), options: table1.options({}) };
  const shared = new Set(runsOf(table1, table, nothing).map(({ spec }) => sceneRunId(spec)));
  const labels = runs.filter(({ spec }) => shared.has(sceneRunId(spec))).map(({ label }) => label);
  expect(labels).toEqual(
    ['uncertainty', 'equal-weights', 'optimal-weights'].flatMap((slug) =>
      [1, 2, 3].map((seed) => `${slug}/seed-${seed}`),
    ),
  );
});

test('the run that collapses is the start of a whole one, logged step by step', () => {
  const [{ spec }] = asked({ rows: 'learned' });
  expect(spec.balance.name).toBe('learned');
  expect(spec.config.training).toMatchObject({
    steps: 150,
    scheduleSteps: 600,
    logEvery: 1,
    clipNorm: 5,
  });
});

test('noise goes into the data of depth-only runs, and only into generated data', () => {
  const runs = asked({ rows: 'noise' });
  expect(runs.every(({ spec }) => spec.tasks.join() === 'depth')).toBe(true);
  const sigmas = runs.map(
    ({ spec }) => (spec.config.data as { disparitySigma: number }).disparitySigma,
  );
  expect([...new Set(sigmas)]).toEqual([0, 0.25, 0.5, 1]);
  const of = context({ rows: 'noise' });
  const data = {
    source: 'folder',
    root: '/x',
    maxTrain: null,
    maxVal: null,
    classes: 19,
    skyDisparity: 'zero',
    derive: [] as never[],
    labels: {},
    holdOut: null,
  } as const;
  expect(runsOf(ablations, { ...of, config: { ...of.config, data } }, nothing)).toEqual([]);
});

test('without runs there are dashes, no chart, and every claim is not run', async () => {
  const { tables, figures, verdicts } = await rendered(ablations, context(), []);
  expect(tables.map(({ name }) => name)).toEqual([
    'ablations',
    'ablations-learned',
    'ablations-noise',
  ]);
  expect(tables[0].table.rows[0].cells).toEqual(Array(6).fill({ value: null, n: 0 }));
  expect(tables[1].table.rows[0].cells).toEqual([null, null, null]);
  expect(figures).toEqual([]);
  expect(verdicts.map(({ judgement }) => judgement)).toEqual(Array(4).fill('not run'));
  for (const { table } of tables) expect(() => toLatex(table)).not.toThrow();
});

test('the exact likelihood is compared seed by seed, in every task', async () => {
  const result = (better: boolean) => (label: string, seed: number) => {
    const lead = label.startsWith('uncertainty/') === better ? 1 : 0;
    return {
      metrics: {
        'semantic/iou': 50 + seed + lead,
        'instance/meanError': 4 + 0.1 * seed - 0.5 * lead,
        'depth/meanError': 0.5 - 0.1 * lead,
      },
    };
  };
  const rows = { rows: 'uncertainty,uncertainty-exact' };
  const better = await rendered(ablations, context(), made(rows, result(true)));
  expect(better.verdicts[0]).toMatchObject({ judgement: 'reproduced' });
  // Mean of 52, 53, 54 and of 51, 52, 53.
  expect(better.verdicts[0].evidence).toContain('semantic 53.0 % against 52.0 %');
  const paired = better.tables[1].table;
  expect(paired.title).toBe('Equation 10 minus each other row, seed by seed');
  expect(paired.rows[0].cells.slice(0, 2)).toEqual(['+1.000', '+1.000 … +1.000']);
  const worse = await rendered(ablations, context(), made(rows, result(false)));
  expect(worse.verdicts[0]).toMatchObject({ judgement: 'not reproduced' });
  const one = { ...context(), config: { ...profiles.quick, seeds: [1] } };
  const alone = await rendered(ablations, one, made(rows, result(true)));
  expect(alone.verdicts[0]).toMatchObject({ judgement: 'cannot tell' });
});

test('a row with one seed has a difference, but neither interval nor p', async () => {
  const rows = { rows: 'uncertainty,uncertainty-exact,uncertainty-plain' };
  const runs = made(rows, (label, seed) => ({
    metrics: { 'semantic/iou': 50 + seed + Number(label.startsWith('uncertainty/')) },
  })).filter(({ weighting, seed }) => weighting !== 'uncertainty-plain' || seed === 1);
  const { tables } = await rendered(ablations, context(), runs);
  const cells = tables[1].table.rows.map((row) => row.cells.slice(0, 3));
  // As the signs fell and their mirror, of 2³ patterns: p = 2 / 8.
  expect(cells).toEqual([
    ['+1.000', '+1.000 … +1.000', { value: 0.25, n: 3 }],
    ['+1.000', null, null],
  ]);
});

const weights = (of: (step: number) => number): Record<string, Series> =>
  Object.fromEntries(
    tasks.map((task) => [
      `weight/${task}`,
      Array.from({ length: 150 }, (_, i) => [i + 1, of(i + 1)] as const),
    ]),
  );

test('weights that cross 0 have collapsed; the step is told and the chart ends soon after', async () => {
  const sinking = made({ rows: 'learned' }, (_, seed) => ({
    metrics: {},
    // 0.3 − 0.01 t is 0 at t = 30; of the third seed, 0.31 − 0.01 t at t = 31.
    series: weights((step) => ((seed === 3 ? 31 : 30) - step) / 100),
  }));
  const { tables, figures, verdicts } = await rendered(ablations, context(), sinking);
  const { rows } = tables[1].table;
  const [first, zero, last] = rows[2].cells as [Measured, string, Measured];
  // (0.29 + 0.29 + 0.30) / 3 and (−1.20 − 1.20 − 1.19) / 3.
  expect(first.value).toBeCloseTo(0.29333, 5);
  expect(zero).toBe('30, 31');
  expect(last.value).toBeCloseTo(-1.19667, 5);
  expect(verdicts[2].evidence).toContain('to 0 or less in step 30, 31; 3 seeds');
  expect(verdicts[2]).toMatchObject({ judgement: 'reproduced' });
  const { values } = figures[0].spec.data as unknown as { values: { x: number }[] };
  expect(Math.max(...values.map(({ x }) => x))).toBe(45);
  const rising = made({ rows: 'learned' }, () => ({ metrics: {}, series: weights((s) => s) }));
  const other = await rendered(ablations, context(), rising);
  expect(other.verdicts[2]).toMatchObject({ judgement: 'not reproduced' });
});

test('a weight of equation 10 that ends far below its own middle has gone to 0', async () => {
  const run = (of: (step: number) => number) =>
    made({ rows: 'uncertainty' }, () => ({ metrics: {}, series: weights(of) }));
  const growing = await rendered(
    ablations,
    context(),
    run((step) => step),
  );
  expect(growing.verdicts[1]).toMatchObject({ judgement: 'reproduced' });
  // Point 75 holds step 76: 150/76 = 1.97.
  expect(growing.verdicts[1].evidence).toContain('150.000 at the end, ×1.97 of half way');
  expect((growing.tables[0].table.rows[0].cells[3] as { value: number }).value).toBe(150);
  const gone = await rendered(
    ablations,
    context(),
    run((step) => Math.exp(-step / 10)),
  );
  expect(gone.verdicts[1]).toMatchObject({ judgement: 'not reproduced' });
});

test('the labels’ σ is recovered from the learned noise in quadrature', async () => {
  // √(0.5² − 0.3²) = 0.4; over √(2/π) = 0.7979: 0.5013.
  expect(recovered(0.5, 0.3)).toBeCloseTo(0.5013, 4);
  expect(recovered(0.2, 0.3)).toBe(0);
  const noisy = (of: (sigma: number, seed: number) => number) =>
    made({ rows: 'noise' }, (label, seed) => {
      const sigma = Number(/sigma-([\d.]+)/.exec(label)?.[1]);
      return {
        metrics: { 'depth/meanError': 0.2 },
        series: { 'sigma2/depth': [[600, of(sigma, seed)]] },
      };
    });
  const { tables, figures, verdicts } = await rendered(
    ablations,
    context(),
    noisy((sigma) => Math.hypot(0.3, 0.8 * sigma)),
  );
  const { rows } = tables[2].table;
  expect(rows.map(({ header }) => header)[3]).toBe('Equation 10 (σ²), 1');
  const [learned, alone, back] = rows[3].cells as [{ value: number }, string, { value: number }];
  expect(learned.value).toBeCloseTo(Math.hypot(0.3, 0.8), 12);
  expect(alone).toBe('0.798');
  // 0.8/0.7979.
  expect(back.value).toBeCloseTo(1.0027, 4);
  expect(rows[0].cells[2]).toBeNull();
  expect(figures[0].name).toBe('ablations-noise');
  expect(verdicts[3]).toMatchObject({ judgement: 'reproduced' });
  const flat = await rendered(
    ablations,
    context(),
    noisy(() => 0.3),
  );
  expect(flat.verdicts[3]).toMatchObject({ judgement: 'not reproduced' });
  const mixed = await rendered(
    ablations,
    context(),
    noisy((sigma, seed) => (seed === 1 ? 0.3 : 0.3 + sigma)),
  );
  expect(mixed.verdicts[3]).toMatchObject({ judgement: 'cannot tell' });
});

test('data with one task has nothing to weigh', async () => {
  const camvid = { ...context(), data: { ...street, tasks: ['semantic'] as const } };
  expect(runsOf(ablations, camvid, nothing)).toEqual([]);
  const { tables, verdicts } = await rendered(ablations, camvid, []);
  expect(tables.map(({ name }) => name)).toEqual(['ablations']);
  expect(verdicts).toEqual([]);
});

test('a wrong row is named', () => {
  expect(() => ablations.options({ rows: 'uncertainty,nothing' })).toThrow(
    /--rows nothing: expected some of uncertainty, /,
  );
});
