import { describe, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import { runsOf, type Experiment, type Results, type RunSummary } from '@scene-mtl/lab';
import type { Numbers, NumbersSpec } from '../src/numbers/kind.ts';
import type { Trials } from '../src/numbers/trials.ts';
import { alvinn } from '../src/papers/caruana1997/alvinn/alvinn.ts';
import { published, publishedChange } from '../src/papers/caruana1997/alvinn/published.ts';
import { earlyStopping } from '../src/papers/caruana1997/early-stopping/early-stopping.ts';
import {
  peakWeights,
  regretOf,
  spreadOf,
} from '../src/papers/caruana1997/early-stopping/peaks-in-time.ts';
import { draw as drawSums } from '../src/papers/caruana1997/inputs-as-outputs/functions.ts';
import { inputsAsOutputs } from '../src/papers/caruana1997/inputs-as-outputs/inputs-as-outputs.ts';
import { lambda } from '../src/papers/caruana1997/lambda/lambda.ts';
import { examplesFor } from '../src/papers/caruana1997/n-curve/equivalent.ts';
import { nCurve } from '../src/papers/caruana1997/n-curve/n-curve.ts';
import { draw as drawPeaks, FUNCTIONS } from '../src/papers/caruana1997/peaks/functions.ts';
import { peaks } from '../src/papers/caruana1997/peaks/peaks.ts';
import { correlations, shared } from '../src/papers/caruana1997/peaks/sensitivity.ts';
import { CONFIG, draw, TASKS } from '../src/papers/caruana1997/road.ts';

describe('examples', () => {
  test('a road is what its numbers say', () => {
    const counts = [0, 0];
    for (let seed = 0; seed < 200; seed++) {
      const road = draw(stream(seed, 'road'));
      const { row, steering, lanes, left, right, centre, lineCentre, border, line } = road;
      counts[lanes]++;
      expect(centre).toBeCloseTo((left + right) / 2, 12);
      expect(steering).toBe(lanes === 1 ? (lineCentre + right) / 2 : centre);
      expect([line, lineCentre].map(Number.isNaN)).toEqual([lanes === 0, lanes === 0]);
      // A line is painted within a tenth of the width from the middle.
      if (lanes === 1) expect(Math.abs(lineCentre - centre)).toBeLessThan((right - left) / 10);
      const outside = row.filter((_, i) => (i + 0.5) / 32 < left || (i + 0.5) / 32 > right);
      const mean = outside.reduce((a, b) => a + b) / outside.length;
      // Four standard deviations of a mean of noise of 0.1, or a little more in 200 tries.
      expect(Math.abs(mean - border)).toBeLessThan(0.45 / Math.sqrt(outside.length));
    }
    expect(Math.min(...counts)).toBeGreaterThan(70);
  });

  test('F1 and F2 are σ(A ± B) of the numbers that the bits spell', () => {
    const { bits, f1, f2 } = drawSums(stream(1, 'sums'));
    const [a, b] = [bits.slice(0, 10), bits.slice(10)].map(
      (own) => (10 * (own.reduce((sum, bit, i) => sum + bit * 2 ** i, 0) + 0.5)) / 1024 - 5,
    );
    const logit = (p: number) => Math.log(p / (1 - p));
    expect(logit(f1)).toBeCloseTo(a + b, 9);
    expect(logit(f2)).toBeCloseTo(a - b, 9);
  });

  test('there are 120 peaks functions, each of three features', () => {
    // 6 · 5 · 4
    expect(new Set(FUNCTIONS.map((f) => JSON.stringify(f))).size).toBe(120);
    const { bits, functions } = drawPeaks(stream(1, 'peaks'));
    const features = Array.from({ length: 6 }, (_, k) =>
      bits.slice(10 * k, 10 * k + 10).reduce((sum, bit, i) => sum + bit * 2 ** i, 0.5),
    ).map((code) => code / 1024);
    FUNCTIONS.forEach(({ test, then, otherwise }, i) => {
      expect(functions[i]).toBe(features[test] > 0.5 ? features[then] : features[otherwise]);
    });
  });
});

test('the published changes are those of the paper', () => {
  // Printed there: −12.4, −10.1, −8.9, −0.7, −8.1, −29.6, +2.7, 0.0, and −15.9 for steering.
  expect(published.map((row) => Number(publishedChange(row).toFixed(1)))).toEqual([
    ...[-15.9, -12.4, -10.1, -8.9, -0.7, -8.1, -29.6, 2.7, 0],
  ]);
});

const context = <E extends Experiment<Trials, Numbers>>(experiment: E, flags = {}) => ({
  config: { seeds: [1] },
  data: { name: 'roads', frames: { train: 200, val: 200 }, tasks: TASKS },
  options: experiment.options({ trials: '4', ...flags }),
});

/** Results in which each run errs as told, and a little by seed. */
const resultsWith = (errorOf: (spec: NumbersSpec) => number | undefined): Results<NumbersSpec> => ({
  summary(spec) {
    const error = errorOf(spec);
    if (error === undefined) return undefined;
    const metrics: [string, number][] = spec.tasks.map((task) => [
      `${task}/rms`,
      error + spec.seed / 1e5,
    ]);
    const evaluation = (step: number, loss: number) => ({
      step,
      metrics: Object.fromEntries<number>([
        ...spec.tasks.map((task) => [`val/${task}/loss`, loss] as const),
        ...spec.tasks.map((task) => [`test/${task}/rms`, loss] as const),
        ['val/loss', loss],
      ]),
    });
    return {
      spec,
      result: { metrics: Object.fromEntries(metrics) },
      evaluations: [evaluation(1, 2), evaluation(2, 1)],
    } as unknown as RunSummary<NumbersSpec>;
  },
  measured: () => undefined,
  file: () => Promise.resolve(undefined),
});

const isMulti = ({ tasks }: NumbersSpec) => tasks.length > 1;
const isControl = ({ config, balance }: NumbersSpec) =>
  Object.keys(config.labels).length > 0 || balance.options['lanes'] === 0;

describe('alvinn', () => {
  const judged = async (errorOf: (spec: NumbersSpec) => number | undefined) =>
    (await alvinn.show(context(alvinn), resultsWith(errorOf))).verdicts.map((v) => v.judgement);

  test('holds where all tasks are better and the controls are not', async () => {
    const verdicts = await judged((spec) => (isMulti(spec) && !isControl(spec) ? 0.06 : 0.08));
    expect(verdicts).toEqual([...Array<string>(5).fill('reproduced'), 'not reproduced']);
  });

  test('says of a control that helps as much that it does not take the gain away', async () => {
    const [better, ...controls] = await judged((spec) => (isMulti(spec) ? 0.06 : 0.08));
    expect(better).toBe('reproduced');
    expect(controls.slice(0, 3)).toEqual(Array(3).fill('no difference larger than δ'));
  });

  test('says which rate does as much for steering alone, where one does', async () => {
    const { verdicts } = await alvinn.show(
      context(alvinn),
      resultsWith(({ tasks, config }) =>
        tasks.length > 1 || config.learningRate === 2 * CONFIG.learningRate ? 0.06 : 0.08,
      ),
    );
    const tuned = verdicts.find(({ claim }) => claim.includes('sizes and rates'))!;
    expect(tuned.judgement).toBe('no difference larger than δ');
    expect(tuned.evidence).toMatch(/, against steering alone, 2 times the rate$/);
  });

  test('says that nothing was run', async () => {
    const { tables, figures } = await alvinn.show(
      context(alvinn),
      resultsWith(() => undefined),
    );
    expect(await judged(() => undefined)).toEqual(Array(6).fill('not run'));
    expect(tables.map(({ name }) => name)).toEqual(['alvinn']);
    expect(figures).toEqual([]);
  });

  test('trains nine tasks in four sizes, all of them, four controls, and steering wider and faster', () => {
    const runs = runsOf(
      alvinn,
      context(alvinn),
      resultsWith(() => undefined),
    );
    expect(runs).toHaveLength(4 * (9 * 4 + 1 + 4 + 3));
    expect(() => alvinn.options({ trials: '0' })).toThrow('--trials 0');
  });
});

test.each([
  ['inputs-as-outputs', inputsAsOutputs, 3],
  ['lambda', lambda, 7],
  ['n-curve', nCurve, 10],
  ['peaks', peaks, 1],
  ['early-stopping', earlyStopping, 1],
] as const)(
  '%s shows something with no runs, with all, and hurries',
  async (_, experiment, arms) => {
    const nothing = resultsWith(() => undefined);
    const { verdicts } = await experiment.show(context(experiment), nothing);
    expect(new Set(verdicts.map(({ judgement }) => judgement))).toEqual(new Set(['not run']));
    const runs = runsOf(experiment, context(experiment), nothing);
    expect(runs).toHaveLength(4 * arms);
    const all = resultsWith((spec) => (isMulti(spec) ? 0.06 : 0.08));
    expect((await experiment.show(context(experiment), all)).tables.length).toBeGreaterThan(0);
    const hurried = context(experiment, { trials: undefined, profile: 'smoke' });
    const few = runsOf(experiment, hurried, nothing);
    expect(few).toHaveLength(2 * arms);
    expect(Math.max(...few.map(({ spec }) => spec.config.steps))).toBeLessThan(100);
  },
);

test('alvinn, lambda and n-curve share runs', () => {
  const specsOf = (experiment: Experiment<Trials, Numbers>) =>
    new Set(
      runsOf(
        experiment,
        context(experiment),
        resultsWith(() => undefined),
      ).map(({ spec }) => JSON.stringify(spec)),
    );
  const [all, weighed, curve] = [alvinn, lambda, nCurve].map(specsOf);
  const common = (of: Set<string>) => [...of].filter((spec) => all.has(spec)).length;
  // λ = 0 and λ = 1; 200 examples alone and together; of four seeds.
  expect([common(weighed), common(curve)]).toEqual([8, 8]);
});

test('examples for an error lie between points of the curve, straight in logarithms', () => {
  const curve = [
    { n: 100, error: 0.4 },
    { n: 400, error: 0.1 },
    { n: 800, error: 0.1 },
  ];
  // Half way from 0.4 to 0.1, and from 100 to 400, in logarithms.
  expect(examplesFor(0.2, curve)).toBeCloseTo(200, 9);
  expect(examplesFor(0.5, curve)).toBe(100);
  expect(examplesFor(0.05, curve)).toBe(Infinity);
});

describe('early stopping', () => {
  const at = (step: number, a: number, b: number) => ({
    step,
    metrics: {
      ...{ 'val/a/loss': a, 'val/b/loss': b, 'val/loss': a + b },
      ...{ 'test/a/rms': a, 'test/b/rms': b },
    },
  });
  // a is best at 100, b at 400, both together at 400.
  const run = { evaluations: [at(100, 2, 9), at(200, 4, 8), at(400, 3, 4)] } as never as RunSummary;

  test('regret is what the common step costs', () => {
    // 3 against 2; b stops where all do.
    expect(regretOf(run, ['a', 'b'])).toEqual({ a: 50, b: 0 });
  });

  test('rates are shares of the latest step', () => {
    expect(peakWeights([run, run], ['a', 'b'])).toEqual({ a: 0.25, b: 1 });
  });

  test('spread is in factors of two', () => {
    // log₂ 100 and log₂ 400 differ by 2: 1 from their mean.
    expect(spreadOf(run, ['a', 'b'])).toBeCloseTo(1, 9);
  });

  test('the second stage waits for the first', () => {
    const done = resultsWith(() => 0.1);
    expect(runsOf(earlyStopping, context(earlyStopping), done)).toHaveLength(8);
    const undecided = (results: Results<NumbersSpec>) =>
      earlyStopping.undecided!(context(earlyStopping), results);
    expect([undecided(done), undecided(resultsWith(() => undefined))]).toEqual([0, 4]);
  });
});

describe('relatedness', () => {
  const f = (test: number, then: number, otherwise: number) => ({ test, then, otherwise });

  test('counts common features wherever they stand', () => {
    expect(shared(f(0, 1, 2), f(3, 4, 5))).toBe(0);
    expect(shared(f(0, 1, 2), f(2, 1, 0))).toBe(3);
    expect(shared(f(0, 1, 2), f(0, 4, 1))).toBe(2);
  });

  test('is 1 for functions of the same features where units belong to features', () => {
    // A unit a feature, with sensitivities that differ by feature alone.
    const rows = FUNCTIONS.map(({ test, then, otherwise }) =>
      [0, 1, 2, 3, 4, 5].map((k) => Number([test, then, otherwise].includes(k)) * 10 + k / 100),
    );
    const { any, test } = correlations(rows);
    expect(any[3]).toBeCloseTo(1, 9);
    expect(any[0]).toBeLessThan(any[1]);
    expect(any[1]).toBeLessThan(any[2]);
    expect(test[0]).toBeNull();
    expect(test[3]).toBeCloseTo(1, 9);
  });
});
