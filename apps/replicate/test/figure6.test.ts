import { expect, test } from '@jest/globals';
import { toLatex } from '@scene-mtl/eval';
import { runsOf, type Series } from '@scene-mtl/lab';
import { sceneRunId } from '../src/scenes/program.ts';
import { profiles } from '../src/config/profiles.ts';
import { figure6, type Figure6Options } from '../src/papers/kendall2018/figure6/figure6.ts';
import { descent, settlingSteps } from '../src/papers/kendall2018/figure6/simulation.ts';
import { stationaryS } from '../src/papers/kendall2018/log-variance-forms.ts';
import type { SceneContext } from '../src/scenes/kind.ts';
import { type MadeRun, rendered, resultsOf, street } from './records.ts';

const half = { attenuation: 0.5, regulariser: 0.5, root: 1 } as const;
const plain = { attenuation: 1, regulariser: 1, root: 1 } as const;

const context = (flags: Record<string, string> = {}): SceneContext<Figure6Options> => ({
  config: { ...profiles.quick, seeds: [3, 4] },
  data: street,
  options: figure6.options(flags),
});

/** Two starts of equation 10 at 0.01, s linear from the start to `end` within `steps`. */
const runsTo = (
  of: SceneContext<Figure6Options>,
  lines: readonly { start: number; end: number; steps: number }[],
): MadeRun[] =>
  runsOf(figure6, of, resultsOf(of, [])).map(({ spec }): MadeRun => {
    const initial = spec.balance.options['initial'];
    const line = lines.find(({ start }) => start === initial);
    if (!line) throw new Error(`no line from ${initial}`);
    const sigma2 = Array.from({ length: 125 }, (_, i): [number, number] => {
      const step = 2 * (i + 1);
      const part = Math.min(1, step / line.steps);
      return [step, Math.exp(line.start + part * (line.end - line.start))];
    });
    const loss: Series = sigma2.map(([step]) => [step, 1]);
    const series = Object.fromEntries(
      spec.tasks.flatMap((task) => [
        [`sigma2/${task}`, sigma2],
        [`loss/${task}`, loss],
      ]),
    );
    const { name, options } = spec.balance;
    const config = () => spec.config;
    return {
      tasks: spec.tasks,
      weighting: name,
      options,
      seed: spec.seed,
      metrics: {},
      series,
      config,
    };
  });

test('the optimiser alone needs these steps from s = 5', () => {
  const from5 = { start: 5, momentum: 0.9, steps: 600 };
  // The same 12 lines in Python 3 (v = 0.9 v + g; s −= rate (g + 0.9 v)) give 398, 92, none in 600.
  expect(settlingSteps({ ...from5, term: half, loss: 8, rate: 2.5e-3 })).toBe(398);
  expect(settlingSteps({ ...from5, term: half, loss: 8, rate: 0.01 })).toBe(92);
  expect(settlingSteps({ ...from5, term: half, loss: 0.65, rate: 2.5e-3 })).toBeUndefined();
  // From above ds/dt is at most 0.5 · 0.01 / (1 − 0.9) = 0.05 per step.
  const path = descent({ ...from5, term: half, loss: 0.65, rate: 0.01 });
  expect(path[60] - path[61]).toBeLessThan(0.05);
  // s = −2, L = 8: momentum carries s to about 4, beyond log 8 = 2.08.
  const low = descent({ ...from5, start: -2, term: half, loss: 8, rate: 0.01 });
  expect(Math.max(...low)).toBeCloseTo(3.97, 2);
});

test('the stationary s of each form', () => {
  expect(stationaryS(half, 8)).toBeCloseTo(Math.log(8), 12);
  expect(stationaryS(plain, 8)).toBeCloseTo(Math.log(8), 12);
  // Softmax of equation 10: σ² = 2L.
  expect(stationaryS({ ...plain, regulariser: 0.5 }, 8)).toBeCloseTo(Math.log(16), 12);
  // Laplace: b = L with s = 2 log b.
  expect(stationaryS({ attenuation: 1, regulariser: 0.5, root: 2 }, 8)).toBeCloseTo(
    2 * Math.log(8),
    12,
  );
});

test('a run per form, rate, start and seed, cut from a long schedule', () => {
  const wanted = runsOf(figure6, context(), resultsOf(context(), []));
  // 3 forms · 2 rates · 6 starts · 2 seeds.
  expect(wanted).toHaveLength(72);
  expect(new Set(wanted.map(({ spec }) => sceneRunId(spec))).size).toBe(72);
  expect(wanted.slice(0, 3).map(({ spec }) => spec.seed)).toEqual([3, 4, 3]);
  expect(wanted[0].label).toBe('uncertainty/rate-0.0025/start--2/seed-3');
  expect(wanted[0].spec.config.training).toMatchObject({
    steps: 250,
    learningRate: 2.5e-3,
    warmUp: 0,
    clipNorm: null,
    scheduleSteps: 50_000,
    logEvery: 2,
  });
  const smoke = { ...context(), config: profiles.smoke };
  expect(runsOf(figure6, smoke, resultsOf(smoke, []))[0].spec.config.training.steps).toBe(30);
});

test('without runs there are dashes, no chart, and every claim is not run', async () => {
  const { tables, figures, verdicts } = await rendered(figure6, context(), []);
  expect(() => toLatex(tables[0].table)).not.toThrow();
  expect(tables[0].table.rows).toHaveLength(7);
  expect(tables[0].table.rows[1].cells).toEqual(Array(18).fill(null));
  expect(figures).toEqual([]);
  expect(verdicts.map(({ judgement }) => judgement)).toEqual(Array(8).fill('not run'));
});

test('starts that meet are counted from the step on which they stay together', async () => {
  const of = context({ starts: '1,5', rates: '0.01', forms: 'uncertainty' });
  // 1 → 0 and 5 → 0 in 80 steps: apart by 4 (1 − t/80), 0.2 at t = 76, each 0.1 from the median up to
  // rounding.
  const made = runsTo(of, [
    { start: 1, end: 0, steps: 80 },
    { start: 5, end: 0, steps: 80 },
  ]);
  const { tables, figures, verdicts } = await rendered(figure6, of, made);
  const [, row] = tables[0].table.rows;
  expect(['76', '78']).toContain(row.cells[0]);
  expect(row.cells[3]).toEqual({ value: 0, n: 2, sd: 0 });
  // L = 1: stationary s is log 2 for softmax, 0 for the regressions.
  expect((row.cells[5] as { value: number }).value).toBeCloseTo(Math.log(2), 12);
  expect((row.cells[11] as { value: number }).value).toBeCloseTo(0, 12);
  expect(figures.map(({ name }) => name)).toEqual([
    'figure6-semantic-uncertainty-0-01',
    'figure6-instance-uncertainty-0-01',
    'figure6-depth-uncertainty-0-01',
  ]);
  expect(verdicts[0]).toMatchObject({ judgement: 'reproduced' });
  expect(verdicts[1]).toMatchObject({ judgement: 'reproduced' });
});

test('one start that stays apart refutes both claims, and its peak shows the overshoot', async () => {
  const of = context({ starts: '-2,0,5', rates: '0.01', forms: 'uncertainty' });
  const made = runsTo(of, [
    { start: -2, end: 7, steps: 20 },
    { start: 0, end: 0, steps: 2 },
    { start: 5, end: 0.4, steps: 200 },
  ]);
  const { verdicts } = await rendered(figure6, of, made);
  expect(verdicts[0]).toMatchObject({ judgement: 'not reproduced' });
  expect(verdicts[0].evidence).toContain('depth: not in 250');
  expect(verdicts[1]).toMatchObject({ judgement: 'not reproduced' });
  expect(verdicts[1].evidence).toContain('by 7.00');
  expect(verdicts[2]).toMatchObject({ judgement: 'reproduced' });
  // L = 1 throughout, so instance would rest at s = 0.
  expect(verdicts[2].evidence).toContain('start -2: highest s 7.00 at 20, stationary at most 0.00');
});

test('data without depth leaves it out', async () => {
  const of = { ...context(), data: { ...street, tasks: ['semantic', 'instance'] as const } };
  expect(runsOf(figure6, of, resultsOf(of, []))[0].spec.tasks).toEqual(['semantic', 'instance']);
  const { tables } = await rendered(figure6, of, []);
  expect(tables[0].table.columns).toHaveLength(12);
});

test.each([
  [{ starts: '1' }, /--starts 1: expected 2 … 8 starts/],
  [{ rates: '0.01,fast' }, /--rates 0.01,fast: expected numbers above 0, got “fast”/],
  [{ forms: 'gaussian' }, /loss form gaussian: expected one of uncertainty, /],
  [{ iterations: '2.5' }, /--iterations 2.5/],
])('a wrong flag is named: %j', (flags: Record<string, string>, message) => {
  expect(() => figure6.options(flags)).toThrow(message);
});
