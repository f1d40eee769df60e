import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  dynamicAverage,
  equal,
  fixed,
  learned,
  logSum,
  randomWeights,
  softOptimal,
  uncertainty,
  uncertaintyExact,
  uncertaintyHalfLog,
  uncertaintyHalved,
  uncertaintyLikelihood,
  uncertaintyNormalised,
  uncertaintyPlain,
  uncertaintyPositive,
  type Likelihood,
  type LogVarianceOptions,
  type Weighting,
} from '../src/index.ts';
import { useCpu } from './cpu.ts';

beforeAll(useCpu);

const value = (t: tf.Tensor) => t.dataSync()[0];

/** Combines plain numbers. */
function combine(
  weighting: Weighting,
  losses: Record<string, number>,
  likelihood: Likelihood = 'gaussian',
  { present, step = 0 }: { present?: Record<string, number>; step?: number } = {},
) {
  const scalars = (from: Record<string, number>) =>
    Object.fromEntries(Object.entries(from).map(([name, v]) => [name, tf.scalar(v)]));
  const inputs = Object.fromEntries(
    Object.entries(weighting.inputsAt(step)).map(([name, v]) => [
      name,
      tf.tensor(v, [...weighting.inputs[name]]),
    ]),
  );
  const likelihoods = Object.fromEntries(Object.keys(losses).map((name) => [name, likelihood]));
  const context = { inputs, ...(present && { present: scalars(present) }) };
  const { total, report } = weighting.combine(scalars(losses), likelihoods, context);
  return {
    total: value(total),
    report: Object.fromEntries(Object.entries(report).map(([name, t]) => [name, value(t)])),
  };
}

/** dtotal/ds of the task `a` alone, with loss L and s as given. */
function slope(weighting: Weighting, L: number, s: number, likelihood: Likelihood): number {
  const variable = weighting.variables['a'];
  variable.assign(tf.scalar(s));
  const { grads } = tf.variableGrads(
    () => weighting.combine({ a: tf.scalar(L) }, { a: likelihood }).total,
    [variable],
  );
  return value(grads[variable.name]);
}

type Make = (tasks: readonly string[], options?: LogVarianceOptions) => Weighting;

// Form, likelihood, s at the stationary point, weight there, total there; by setting d/ds = 0.
const forms: [string, Make, Likelihood, (L: number) => number, (L: number) => number][] = [
  ['½e^{−s}L + ½s ends at σ² = L', uncertainty, 'gaussian', Math.log, (L) => 1 / (2 * L)],
  [
    '½e^{−s}L + ½s for L1 too, as in the paper',
    uncertainty,
    'laplace',
    Math.log,
    (L) => 1 / (2 * L),
  ],
  [
    'e^{−s}L + ½s ends at σ² = 2L',
    uncertainty,
    'softmax',
    (L) => Math.log(2 * L),
    (L) => 1 / (2 * L),
  ],
  ['e^{−s}L + s ends at σ² = L', uncertaintyPlain, 'softmax', Math.log, (L) => 1 / L],
  ['½e^{−s}L + ½s for every task', uncertaintyHalved, 'softmax', Math.log, (L) => 1 / (2 * L)],
  [
    'e^{−s}L + ½s for every task',
    uncertaintyHalfLog,
    'gaussian',
    (L) => Math.log(2 * L),
    (L) => 1 / (2 * L),
  ],
  [
    'L/b + log b ends at b = L',
    uncertaintyLikelihood,
    'laplace',
    (L) => 2 * Math.log(L),
    (L) => 1 / L,
  ],
  [
    'the Gaussian likelihood ends at σ² = L',
    uncertaintyLikelihood,
    'gaussian',
    Math.log,
    (L) => 1 / (2 * L),
  ],
  [
    'L/(2c²) + log(1 + c²) ends at c² = (L + √(L² + 8L))/4',
    uncertaintyPositive,
    'laplace',
    (L) => Math.log((L + Math.sqrt(L * L + 8 * L)) / 4),
    (L) => 2 / (L + Math.sqrt(L * L + 8 * L)),
  ],
];

describe('stationary points of the learned noise', () => {
  test.each(forms)('%s', (_name, make, likelihood, stationary, weight) => {
    for (const L of [0.03, 0.65, 1, 8, 20.4]) {
      const weighting = make(['a']);
      const s = stationary(L);
      expect(slope(weighting, L, s, likelihood)).toBeCloseTo(0, 5);
      expect(combine(weighting, { a: L }, likelihood).report['weight/a']).toBeCloseTo(weight(L), 4);
      // A minimum: the slope changes from minus to plus.
      expect(slope(weighting, L, s - 0.5, likelihood)).toBeLessThan(0);
      expect(slope(weighting, L, s + 0.5, likelihood)).toBeGreaterThan(0);
    }
  });
});

test('equation 10 for a regression and a classification, by hand', () => {
  const weighting = uncertainty(['r', 'c'], { initial: { r: Math.log(4), c: Math.log(0.5) } });
  const likelihoods: Record<string, Likelihood> = { r: 'gaussian', c: 'softmax' };
  const losses = { r: tf.scalar(3), c: tf.scalar(0.7) };
  const { total, report } = weighting.combine(losses, likelihoods);
  // ½ · 3/4 + ½ log 4 + 0.7/0.5 + ½ log 0.5 = 0.375 + 0.693147 + 1.4 − 0.346574 = 2.121574
  expect(value(total)).toBeCloseTo(2.121574, 5);
  expect(value(report['sigma2/r'])).toBeCloseTo(4, 5);
  expect(value(report['weight/c'])).toBeCloseTo(2, 5);
});

test('a loss that sums over two components has two log terms', () => {
  const options = { initial: 1, dimensions: { a: 2 } };
  // Laplace in s = 2 log b: e^{−½} · 3 + 2 · ½ = 2.819592
  const weighting = uncertaintyLikelihood(['a'], options);
  expect(combine(weighting, { a: 3 }, 'laplace').total).toBeCloseTo(2.819592, 5);
  // Stationary where −½ e^{−s/2} L + 2 · ½ = 0, b = L/2: an L1 sum of two has mean 2b.
  expect(slope(weighting, 3, 2 * Math.log(1.5), 'laplace')).toBeCloseTo(0, 5);
});

test('the positive form never goes below 0, the others do', () => {
  for (const s of [-8, -2, 0, 3]) {
    expect(combine(uncertaintyPositive(['a'], { initial: s }), { a: 1e-4 }).total).toBeGreaterThan(
      0,
    );
  }
  expect(combine(uncertainty(['a'], { initial: -8 }), { a: 1e-4 }).total).toBeLessThan(0);
});

test('at its optimum uncertainty weighting is ½ Σ (1 + log L), half the sum of logarithms', () => {
  const L = { a: 0.2, b: 7 };
  const weighting = uncertainty(['a', 'b'], { initial: { a: Math.log(0.2), b: Math.log(7) } });
  const logs = combine(logSum(['a', 'b']), L);
  expect(combine(weighting, L).total).toBeCloseTo(0.5 * (2 + logs.total), 5);
  // log 0.2 + log 7 = log 1.4
  expect(logs.total).toBeCloseTo(Math.log(1.4), 5);
  expect(logs.report['weight/a']).toBeCloseTo(5, 5);
});

test('the exact form scales the logits and adds no log term', () => {
  const weighting = uncertaintyExact(['c', 'r'], { initial: { c: Math.log(0.5), r: 0 } });
  const logits = tf.tensor4d([1, -2, 3], [1, 1, 1, 3]);
  const scaled = weighting.scaleOutput?.(logits, 'c', 'softmax') as tf.Tensor4D;
  expect(scaled.dataSync()).toBeAllClose([2, -4, 6]);
  expect(weighting.scaleOutput?.(logits, 'r', 'gaussian')).toBe(logits);
  const losses = { c: tf.scalar(0.3), r: tf.scalar(2) };
  const { total } = weighting.combine(losses, { c: 'softmax', r: 'gaussian' });
  // 0.3 + ½ · 2 + 0
  expect(value(total)).toBeCloseTo(1.3, 6);
});

test('the exact likelihood is never negative, and at σ = 1 equation 10 is exact', () => {
  const crossEntropy = (f: number[], y: number) =>
    Math.log(f.reduce((sum, v) => sum + Math.exp(v), 0)) - f[y];
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 0, max: 2 }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (f, y, s) => {
        const weighting = uncertaintyExact(['c'], { initial: s });
        const logits = tf.tensor4d(f, [1, 1, 1, 3]);
        const scaled = weighting.scaleOutput?.(logits, 'c', 'softmax') as tf.Tensor4D;
        const exact = crossEntropy([...scaled.dataSync()], y);
        const { total } = combine(weighting, { c: exact }, 'softmax');
        expect(total).toBeGreaterThanOrEqual(-1e-6);
        const atOne = combine(uncertainty(['c']), { c: crossEntropy(f, y) }, 'softmax').total;
        expect(atOne).toBeCloseTo(crossEntropy(f, y), 4);
      },
    ),
    { numRuns: 50 },
  );
});

test('fixed and equal weights', () => {
  expect(combine(fixed({ a: 0.89, b: 0.01 }), { a: 2, b: 10 }).total).toBeCloseTo(1.88, 5);
  expect(combine(equal(['a', 'b', 'c']), { a: 1, b: 2, c: 6 }).total).toBeCloseTo(3, 5);
  expect(() => fixed({ a: -1 })).toThrow('number ≥ 0 for a, got -1');
  expect(() => fixed({})).toThrow('one or more');
});

test('directly learned weights get the loss as their gradient, so they only sink', () => {
  const weighting = learned(['a', 'b']);
  const variables = Object.values(weighting.variables);
  const losses = { a: tf.scalar(3), b: tf.scalar(0.5) };
  const { grads } = tf.variableGrads(
    () => weighting.combine(losses, { a: 'gaussian', b: 'gaussian' }).total,
    variables,
  );
  expect(variables.map((v) => value(grads[v.name]))).toEqual([3, 0.5]);
  expect(combine(weighting, { a: 3, b: 0.5 }).total).toBeCloseTo(1.75, 6);
});

test('soft optimal weights are softmax((1/L)/T) and constants of the differentiation', () => {
  const weighting = softOptimal(['a', 'b'], 2);
  const w = tf.variable(tf.scalar(2));
  const { grads, value: total } = tf.variableGrads(() => {
    // L_a = w² = 4, L_b = w = 2; 1/(L T) = 1/8, 1/4; weights 1/(1 + e^{1/8}) = 0.468791, 0.531209.
    const losses = { a: tf.square<tf.Scalar>(w), b: tf.mul<tf.Scalar>(w, 1) };
    return weighting.combine(losses, { a: 'gaussian', b: 'gaussian' }).total;
  }, [w]);
  expect(value(total)).toBeCloseTo(0.468791 * 4 + 0.531209 * 2, 5);
  // 0.468791 · 2w + 0.531209
  expect(value(grads[w.name])).toBeCloseTo(2.406373, 5);
  expect(() => softOptimal(['a'], 0)).toThrow('above 0');
});

test('random weights sum to 1 and depend on the seed and the step only', () => {
  const weighting = randomWeights(['a', 'b', 'c'], 4);
  const at = (step: number) => Array.from(weighting.inputsAt(step)['weights']);
  expect(at(17)).toEqual(at(17));
  expect(at(17)).not.toEqual(at(18));
  expect(at(3).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  const [a, b, c] = at(5);
  const { total } = combine(weighting, { a: 1, b: 10, c: 100 }, 'gaussian', { step: 5 });
  expect(total).toBeCloseTo(a + 10 * b + 100 * c, 4);
});

test('dynamic averages weigh by the ratio of the last two epochs', () => {
  const weighting = dynamicAverage(['a', 'b'], { batchesPerEpoch: 2, temperature: 2 });
  const lossesAt = [
    { a: 4, b: 1 },
    { a: 2, b: 3 }, // epoch 0: means 3, 2
    { a: 1, b: 2 },
    { a: 2, b: 2 }, // epoch 1: means 1.5, 2
    { a: 1, b: 1 }, // epoch 2: r = 0.5, 1
    { a: 1, b: 1 },
  ];
  const reports = lossesAt.map((l, step) => combine(weighting, l, 'gaussian', { step }).report);
  for (const step of [0, 1, 2, 3]) {
    expect([reports[step]['weight/a'], reports[step]['weight/b']]).toEqual([1, 1]);
  }
  // 2 · softmax(0.25, 0.5): 2/(1 + e^{0.25}) = 0.875647
  for (const step of [4, 5]) {
    expect(reports[step]['weight/a']).toBeCloseTo(0.875647, 5);
    expect(reports[step]['weight/b']).toBeCloseTo(1.124353, 5);
  }
  expect(() => dynamicAverage(['a'], { batchesPerEpoch: 0 })).toThrow('batchesPerEpoch ≥ 1');
});

test('a task without a label in the batch adds nothing and keeps its s', () => {
  const present = { a: 1, b: 0 };
  const forms = [uncertainty, uncertaintyPlain, uncertaintyPositive, uncertaintyLikelihood];
  for (const make of forms) {
    const both = make(['a', 'b'], { initial: 1 });
    const alone = make(['a'], { initial: 1 });
    const total = combine(both, { a: 2, b: 0 }, 'gaussian', { present }).total;
    expect(total).toBeCloseTo(combine(alone, { a: 2 }).total, 6);
    const b = both.variables['b'];
    const { grads } = tf.variableGrads(
      () =>
        both.combine(
          { a: tf.scalar(2), b: tf.scalar(0) },
          { a: 'gaussian', b: 'gaussian' },
          { present: { a: tf.scalar(1), b: tf.scalar(0) } },
        ).total,
      [b],
    );
    expect(value(grads[b.name])).toBe(-0 + 0);
  }
  expect(combine(logSum(['a', 'b']), { a: 2, b: 0 }, 'gaussian', { present }).total).toBeCloseTo(
    Math.log(2),
    6,
  );
  const soft = combine(softOptimal(['a', 'b'], 1), { a: 2, b: 0 }, 'gaussian', { present });
  expect(soft.report).toEqual({ 'weight/a': 1, 'weight/b': 0 });
});

test('losses of other tasks are refused', () => {
  expect(() => combine(uncertainty(['a', 'b']), { a: 1 })).toThrow('[a, b], got [a]');
  expect(() => combine(equal(['a']), { b: 1 })).toThrow('[a], got [b]');
  expect(() => uncertainty(['a', 'a'])).toThrow('distinct');
  expect(() => uncertainty(['a'], { initial: NaN })).toThrow('finite initial s for a');
});

test('normalised uncertainty is equation 10 over the sum of its weights, and rests where that does', () => {
  const tasks = ['a', 'b'];
  const losses = { a: tf.scalar(3), b: tf.scalar(0.5) };
  const likelihoods = { a: 'softmax', b: 'laplace' } as const;
  const weighting = uncertaintyNormalised(tasks, { initial: { a: 0, b: Math.log(2) } });
  const { total, report } = weighting.combine(losses, likelihoods);
  // Weights e^0 = 1 and ½ e^{−ln 2} = ¼; equation 10 is 3 + ¼·½ + ½ ln 2; their sum is 1.25.
  expect(value(total)).toBeCloseTo((3 + 0.125 + Math.log(2) / 2) / 1.25, 6);
  expect(value(report['weight/a'])).toBeCloseTo(0.8, 6);
  expect(value(report['weight/b'])).toBeCloseTo(0.2, 6);
  // d/ds is equation 10's over 1.25, the sum being a constant: (½ − 3) and (½ − ¼·½).
  const [a, b] = tasks.map((task) => weighting.variables[task]);
  const { grads } = tf.variableGrads(() => weighting.combine(losses, likelihoods).total, [a, b]);
  expect(value(grads[a.name])).toBeCloseTo((0.5 - 3) / 1.25, 6);
  expect(value(grads[b.name])).toBeCloseTo((0.5 - 0.125) / 1.25, 6);
});
