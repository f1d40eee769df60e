import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  balancerNamed,
  cosmos,
  dynamicAverage,
  equal,
  fixed,
  famo,
  geometricMean,
  groupAlignment,
  learned,
  logSum,
  lossMethods,
  random,
  smoothTchebycheff,
  softOptimal,
  uncertainty,
  uncertaintyExact,
  uncertaintyNormalised,
  type Likelihood,
  type LossMethod,
  type Parameter,
  type ScalarBalancer,
} from '../../src/index.ts';
import { groupings, groupMeans } from '../../src/balancing/group-alignment.ts';
import { weighedLosses } from '../../src/steps/weighed-losses.ts';
import { useCpu } from '../cpu.ts';
import { allPresent, contextOf, inputsAt } from './context.ts';

beforeAll(useCpu);

const value = (t: tf.Tensor) => t.dataSync()[0];

/** Objectives of the names, all of one likelihood. */
const of = (names: string[], likelihood: Likelihood = 'gaussian') => ({
  objectives: names.map((name) => ({ name, likelihood })),
});

const scalars = (from: Record<string, number>): Record<string, tf.Scalar> =>
  Object.fromEntries(Object.entries(from).map(([name, v]) => [name, tf.scalar(v)]));

const numbers = (from: Readonly<Record<string, tf.Tensor>>): Record<string, number> =>
  Object.fromEntries(Object.entries(from).map(([name, t]) => [name, value(t)]));

/** Combines plain numbers. */
function combine(
  balancer: ScalarBalancer,
  losses: Record<string, number>,
  { present, step = 0 }: { present?: Record<string, number>; step?: number } = {},
) {
  const all = Object.fromEntries(Object.keys(losses).map((name) => [name, 1]));
  const context = contextOf(present ?? all, inputsAt(balancer, step));
  const { total, report } = balancer.combine(scalars(losses), context);
  return { total: value(total), report: numbers(report) };
}

/** d total / d v for some of the balancer's variables. */
function slopes(
  balancer: ScalarBalancer,
  losses: Record<string, number>,
  present?: Record<string, number>,
): Record<string, number> {
  const context = present ? contextOf(present) : allPresent(Object.keys(losses));
  const { grads } = tf.variableGrads(
    () => balancer.combine(scalars(losses), context).total,
    Object.values(balancer.variables),
  );
  return Object.fromEntries(
    Object.entries(balancer.variables).map(([name, v]) => [name, value(grads[v.name])]),
  );
}

/** d total / ds of the task `a` alone, with loss L and s as given. */
function slope(balancer: ScalarBalancer, L: number, s: number): number {
  balancer.variables['a'].assign(tf.scalar(s));
  return slopes(balancer, { a: L })['a'];
}

const made = (name: string, likelihood: Likelihood): ScalarBalancer =>
  balancerNamed(name).make(of(['a'], likelihood)) as ScalarBalancer;

// Form, method, likelihood, s at the stationary point, weight there; by setting d/ds = 0.
const forms: [string, string, Likelihood, (L: number) => number, (L: number) => number][] = [
  ['½e^{−s}L + ½s ends at σ² = L', 'uncertainty', 'gaussian', Math.log, (L) => 1 / (2 * L)],
  ['½e^{−s}L + ½s for L1 too', 'uncertainty', 'laplace', Math.log, (L) => 1 / (2 * L)],
  [
    'e^{−s}L + ½s ends at σ² = 2L',
    'uncertainty',
    'softmax',
    (L) => Math.log(2 * L),
    (L) => 1 / (2 * L),
  ],
  ['e^{−s}L + s ends at σ² = L', 'uncertainty-plain', 'softmax', Math.log, (L) => 1 / L],
  ['½e^{−s}L + ½s for every task', 'uncertainty-halved', 'softmax', Math.log, (L) => 1 / (2 * L)],
  [
    'e^{−s}L + ½s for every task',
    'uncertainty-half-log',
    'gaussian',
    (L) => Math.log(2 * L),
    (L) => 1 / (2 * L),
  ],
  [
    'L/b + log b ends at b = L',
    'uncertainty-likelihood',
    'laplace',
    (L) => 2 * Math.log(L),
    (L) => 1 / L,
  ],
  [
    'the Gaussian likelihood ends at σ² = L',
    'uncertainty-likelihood',
    'gaussian',
    Math.log,
    (L) => 1 / (2 * L),
  ],
  [
    'L/(2c²) + log(1 + c²) ends at c² = (L + √(L² + 8L))/4',
    'uncertainty-positive',
    'laplace',
    (L) => Math.log((L + Math.sqrt(L * L + 8 * L)) / 4),
    (L) => 2 / (L + Math.sqrt(L * L + 8 * L)),
  ],
];

describe('stationary points of the learned noise', () => {
  test.each(forms)('%s', (_name, method, likelihood, stationary, weight) => {
    for (const L of [0.03, 0.65, 1, 8, 20.4]) {
      const balancer = made(method, likelihood);
      const s = stationary(L);
      expect(slope(balancer, L, s)).toBeCloseTo(0, 5);
      expect(combine(balancer, { a: L }).report['weight/a']).toBeCloseTo(weight(L), 4);
      // A minimum: the slope changes from minus to plus.
      expect(slope(balancer, L, s - 0.5)).toBeLessThan(0);
      expect(slope(balancer, L, s + 0.5)).toBeGreaterThan(0);
    }
  });
});

test('equation 10 for a regression and a classification, by hand', () => {
  const objectives = [
    { name: 'r', likelihood: 'gaussian' },
    { name: 'c', likelihood: 'softmax' },
  ] as const;
  const initial = { r: Math.log(4), c: Math.log(0.5) };
  const { total, report } = combine(uncertainty.make({ objectives }, { initial }), {
    r: 3,
    c: 0.7,
  });
  // ½ · 3/4 + ½ log 4 + 0.7/0.5 + ½ log 0.5 = 0.375 + 0.693147 + 1.4 − 0.346574 = 2.121574
  expect(total).toBeCloseTo(2.121574, 5);
  expect(report['sigma2/r']).toBeCloseTo(4, 5);
  expect(report['weight/c']).toBeCloseTo(2, 5);
});

test('a loss that sums over two components has two log terms', () => {
  const options = { initial: 1, dimensions: { a: 2 } };
  // Laplace in s = 2 log b: e^{−½} · 3 + 2 · ½ = 2.819592
  const weighting = balancerNamed('uncertainty-likelihood').make(
    of(['a'], 'laplace'),
    options,
  ) as ScalarBalancer;
  expect(combine(weighting, { a: 3 }).total).toBeCloseTo(2.819592, 5);
  // Stationary where −½ e^{−s/2} L + 2 · ½ = 0, b = L/2: an L1 sum of two has mean 2b.
  expect(slope(weighting, 3, 2 * Math.log(1.5))).toBeCloseTo(0, 5);
});

test('the positive form never goes below 0, the others do', () => {
  for (const s of [-8, -2, 0, 3]) {
    const positive = made('uncertainty-positive', 'gaussian');
    positive.variables['a'].assign(tf.scalar(s));
    expect(combine(positive, { a: 1e-4 }).total).toBeGreaterThan(0);
  }
  expect(combine(uncertainty.make(of(['a']), { initial: -8 }), { a: 1e-4 }).total).toBeLessThan(0);
});

test('at its optimum uncertainty weighting is ½ Σ (1 + log L), half the sum of logarithms', () => {
  const L = { a: 0.2, b: 7 };
  const weighting = uncertainty.make(of(['a', 'b']), {
    initial: { a: Math.log(0.2), b: Math.log(7) },
  });
  const logs = combine(logSum.make(of(['a', 'b'])), L);
  expect(combine(weighting, L).total).toBeCloseTo(0.5 * (2 + logs.total), 5);
  // log 0.2 + log 7 = log 1.4
  expect(logs.total).toBeCloseTo(Math.log(1.4), 5);
  expect(logs.report['weight/a']).toBeCloseTo(5, 5);
});

test('the geometric mean weighs each loss by its part of the gradient', () => {
  expect(balancerNamed('GLS')).toBe(geometricMean);
  const weighting = geometricMean.make(of(['a', 'b', 'c']));
  // (2 · 8 · 0.5)^(1/3) = 2; 2/(3 · 2), 2/(3 · 8), 2/(3 · 0.5)
  const all = combine(weighting, { a: 2, b: 8, c: 0.5 });
  expect(all.total).toBeCloseTo(2, 5);
  expect(Object.values(all.report)).toBeAllClose([1 / 3, 1 / 12, 4 / 3], { rtol: 1e-5 });
  // √(2 · 8) = 4; 4/(2 · 2), 4/(2 · 8)
  const present = { a: 1, b: 1, c: 0 };
  const two = combine(weighting, { a: 2, b: 8, c: 0 }, { present });
  expect(two.total).toBeCloseTo(4, 5);
  expect([two.report['weight/a'], two.report['weight/b']]).toBeAllClose([1, 1 / 4], { rtol: 1e-5 });
  const w = tf.variable(tf.scalar(2));
  const { grads } = tf.variableGrads(() => {
    // L_a = w² = 4, L_b = w = 2, L_c = 1: L = w, whose slope is 1.
    const losses = { a: tf.square<tf.Scalar>(w), b: tf.mul<tf.Scalar>(w, 1), c: tf.scalar(1) };
    return weighting.combine(losses, allPresent(['a', 'b', 'c'])).total;
  }, [w]);
  expect(value(grads[w.name])).toBeCloseTo(1, 5);
});

test('the exact form scales the logits and adds no log term', () => {
  const objectives = [
    { name: 'c', likelihood: 'softmax' },
    { name: 'r', likelihood: 'gaussian' },
  ] as const;
  const weighting = uncertaintyExact.make({ objectives }, { initial: { c: Math.log(0.5), r: 0 } });
  const logits = tf.tensor4d([1, -2, 3], [1, 1, 1, 3]);
  const scaled = weighting.scaleOutput?.(logits, 'c') as tf.Tensor;
  expect(scaled.dataSync()).toBeAllClose([2, -4, 6]);
  expect(weighting.scaleOutput?.(logits, 'r')).toBe(logits);
  // 0.3 + ½ · 2 + 0
  expect(combine(weighting, { c: 0.3, r: 2 }).total).toBeCloseTo(1.3, 6);
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
        const weighting = uncertaintyExact.make(of(['c'], 'softmax'), { initial: s });
        const logits = tf.tensor4d(f, [1, 1, 1, 3]);
        const scaled = weighting.scaleOutput?.(logits, 'c') as tf.Tensor;
        const exact = crossEntropy([...scaled.dataSync()], y);
        const { total } = combine(weighting, { c: exact });
        expect(total).toBeGreaterThanOrEqual(-1e-6);
        const atOne = combine(uncertainty.make(of(['c'], 'softmax')), {
          c: crossEntropy(f, y),
        }).total;
        expect(atOne).toBeCloseTo(crossEntropy(f, y), 4);
      },
    ),
    { numRuns: 50 },
  );
});

test('fixed and equal weights', () => {
  const given = fixed.make(of(['a', 'b']), { a: 0.89, b: 0.01 });
  expect(combine(given, { a: 2, b: 10 }).total).toBeCloseTo(1.88, 5);
  expect(combine(equal.make(of(['a', 'b', 'c'])), { a: 1, b: 2, c: 6 }).total).toBeCloseTo(3, 5);
  expect(() => fixed.make(of(['a']), { a: -1 })).toThrow('fixed: a: expected a number ≥ 0, got -1');
  expect(() => fixed.make(of(['a', 'b']), { a: 1, c: 1 })).toThrow(
    /missing b; not a task of this run: c/,
  );
});

test('directly learned weights get the loss as their gradient, so they only sink', () => {
  const weighting = learned.make(of(['a', 'b']));
  expect(slopes(weighting, { a: 3, b: 0.5 })).toEqual({ a: 3, b: 0.5 });
  expect(combine(weighting, { a: 3, b: 0.5 }).total).toBeCloseTo(1.75, 6);
});

test('soft optimal weights are softmax((1/L)/T) and constants of the differentiation', () => {
  const weighting = softOptimal.make(of(['a', 'b']), { temperature: 2 });
  const w = tf.variable(tf.scalar(2));
  const { grads, value: total } = tf.variableGrads(() => {
    // L_a = w² = 4, L_b = w = 2; 1/(L T) = 1/8, 1/4; weights 1/(1 + e^{1/8}) = 0.468791, 0.531209.
    const losses = { a: tf.square<tf.Scalar>(w), b: tf.mul<tf.Scalar>(w, 1) };
    return weighting.combine(losses, allPresent(['a', 'b'])).total;
  }, [w]);
  expect(value(total)).toBeCloseTo(0.468791 * 4 + 0.531209 * 2, 5);
  // 0.468791 · 2w + 0.531209
  expect(value(grads[w.name])).toBeCloseTo(2.406373, 5);
  expect(() => softOptimal.make(of(['a']), { temperature: 0 })).toThrow(
    'temperature: expected a number > 0',
  );
});

test('random weights sum to 1 and depend on the seed and the step only', () => {
  const weighting = random.make({ ...of(['a', 'b', 'c']), seed: 4 });
  const at = (step: number) => Array.from(weighting.inputsAt(step)['weights']);
  expect(at(17)).toEqual(at(17));
  expect(at(17)).not.toEqual(at(18));
  expect(at(3).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  const [a, b, c] = at(5);
  const { total } = combine(weighting, { a: 1, b: 10, c: 100 }, { step: 5 });
  expect(total).toBeCloseTo(a + 10 * b + 100 * c, 4);
});

test('dynamic averages weigh by the ratio of the last two epochs', () => {
  const weighting = dynamicAverage.make({ ...of(['a', 'b']), batchesPerEpoch: 2 });
  const lossesAt = [
    { a: 4, b: 1 },
    { a: 2, b: 3 }, // epoch 0: means 3, 2
    { a: 1, b: 2 },
    { a: 2, b: 2 }, // epoch 1: means 1.5, 2
    { a: 1, b: 1 }, // epoch 2: r = 0.5, 1
    { a: 1, b: 1 },
  ];
  const reports = lossesAt.map((l, step) => combine(weighting, l, { step }).report);
  for (const step of [0, 1, 2, 3]) {
    expect([reports[step]['weight/a'], reports[step]['weight/b']]).toEqual([1, 1]);
  }
  // 2 · softmax(0.25, 0.5): 2/(1 + e^{0.25}) = 0.875647
  for (const step of [4, 5]) {
    expect(reports[step]['weight/a']).toBeCloseTo(0.875647, 5);
    expect(reports[step]['weight/b']).toBeCloseTo(1.124353, 5);
  }
  expect(() => dynamicAverage.make(of(['a']))).toThrow('batchesPerEpoch ≥ 1, got undefined');
});

test('a task without a label in the batch adds nothing and keeps its s', () => {
  const present = { a: 1, b: 0 };
  const methods = ['', '-plain', '-positive', '-likelihood'].map((form) => `uncertainty${form}`);
  for (const name of methods) {
    const both = balancerNamed(name).make(of(['a', 'b']), { initial: 1 }) as ScalarBalancer;
    const alone = balancerNamed(name).make(of(['a']), { initial: 1 }) as ScalarBalancer;
    const total = combine(both, { a: 2, b: 0 }, { present }).total;
    expect(total).toBeCloseTo(combine(alone, { a: 2 }).total, 6);
    expect(slopes(both, { a: 2, b: 0 }, present)['b']).toBe(-0 + 0);
  }
  const log = combine(logSum.make(of(['a', 'b'])), { a: 2, b: 0 }, { present });
  expect(log.total).toBeCloseTo(Math.log(2), 6);
  const soft = combine(softOptimal.make(of(['a', 'b'])), { a: 2, b: 0 }, { present });
  expect(soft.report).toEqual({ 'weight/a': 1, 'weight/b': 0 });
});

test('losses of other tasks are refused', () => {
  expect(() => combine(uncertainty.make(of(['a', 'b'])), { a: 1 })).toThrow('[a, b], got [a]');
  expect(() => combine(equal.make(of(['a'])), { b: 1 })).toThrow('[a], got [b]');
  expect(() => uncertainty.make(of(['a', 'a']))).toThrow('distinct');
  expect(() => uncertainty.make(of([]))).toThrow('one or more');
  expect(() => uncertainty.make(of(['a']), { initial: { b: 1 } })).toThrow(
    'finite initial s for a',
  );
});

describe('normalised uncertainty', () => {
  const objectives = [
    { name: 'a', likelihood: 'softmax' },
    { name: 'b', likelihood: 'laplace' },
  ] as const;
  const make = () =>
    uncertaintyNormalised.make({ objectives }, { initial: { a: 0, b: Math.log(2) } });

  test('is equation 10 over the sum of its weights, and rests where that does', () => {
    const losses = { a: 3, b: 0.5 };
    const { total, report } = combine(make(), losses);
    // Weights e^0 = 1 and ½ e^{−ln 2} = ¼; equation 10 is 3 + ¼·½ + ½ ln 2; their sum is 1.25.
    expect(total).toBeCloseTo((3 + 0.125 + Math.log(2) / 2) / 1.25, 6);
    expect(report['weight/a']).toBeCloseTo(0.8, 6);
    expect(report['weight/b']).toBeCloseTo(0.2, 6);
    // d/ds is equation 10's over 1.25, the sum being a constant: (½ − 3) and (½ − ¼·½).
    const { a, b } = slopes(make(), losses);
    expect(a).toBeCloseTo((0.5 - 3) / 1.25, 6);
    expect(b).toBeCloseTo((0.5 - 0.125) / 1.25, 6);
  });

  test('gives the one task that has a label weight 1', () => {
    // Task b alone: (¼ · 0.5 + ½ ln 2) / ¼ = 0.5 + 2 ln 2.
    const { total, report } = combine(make(), { a: 3, b: 0.5 }, { present: { a: 0, b: 1 } });
    expect(report).toMatchObject({ 'weight/a': 0, 'weight/b': 1 });
    expect(total).toBeCloseTo(0.5 + 2 * Math.log(2), 6);
    const none = combine(make(), { a: 0, b: 0 }, { present: { a: 0, b: 0 } });
    expect(none.total).toBe(0);
  });
});

describe('every method of the losses', () => {
  const place = { ...of(['a', 'b', 'c']), batchesPerEpoch: 1 };
  const start = (method: LossMethod): ScalarBalancer =>
    method.make(place, method === fixed ? { a: 0.5, b: 0.25, c: 3 } : {});
  const table = lossMethods.map((method) => [method.name, method] as const);
  const sequence = [
    { a: 2, b: 0.3, c: 7 },
    { a: 1.5, b: 0.4, c: 5 },
    { a: 1.7, b: 0.1, c: 6 },
  ];

  test.each(table)('%s: reports what it weighs each loss by', (_name, method) => {
    for (const present of [
      { a: 1, b: 1, c: 1 },
      { a: 1, b: 0, c: 1 },
    ]) {
      const balancer = start(method);
      for (const [step, losses] of sequence.entries()) {
        const context = contextOf(present, inputsAt(balancer, step));
        const { weights, report } = weighedLosses(
          balancer,
          scalars(losses),
          context.present,
          context.inputs,
          [],
        );
        const slopesOf = weights.map(value);
        for (const [i, task] of (['a', 'b', 'c'] as const).entries()) {
          if (present[task] === 0) expect(slopesOf[i]).toBe(0);
          else expect(value(report[`weight/${task}`])).toBeCloseTo(slopesOf[i], 5);
        }
      }
    }
  });

  // The divisor of the normalised form is a constant of the differentiation, not of the total.
  const plain = table.filter(([, method]) => method !== uncertaintyNormalised);

  test.each(plain)('%s: its variables have the gradients of finite differences', (_n, method) => {
    const balancer = start(method);
    const parameters = Object.entries(balancer.variables).map(([name, variable]): Parameter => ({
      name,
      role: 'weighting',
      decay: false,
      variable,
    }));
    for (const [i, { variable }] of parameters.entries()) variable.assign(tf.scalar(0.3 * i - 0.2));
    const context = allPresent(['a', 'b', 'c'], inputsAt(balancer, 0));
    const losses = scalars(sequence[0]);
    const { gradients } = weighedLosses(
      balancer,
      losses,
      context.present,
      context.inputs,
      parameters,
    );
    for (const { name, variable } of parameters) {
      const [at, h] = [value(variable), 0.01];
      const totals = [at + h, at - h].map((v) => {
        variable.assign(tf.scalar(v));
        return value(balancer.combine(losses, context).total);
      });
      variable.assign(tf.scalar(at));
      // Scaled outputs are the step's: the loss given here knows nothing of them.
      const found = gradients[name] ? value(gradients[name]) : 0;
      expect([found]).toBeAllClose([(totals[0] - totals[1]) / (2 * h)], { rtol: 2e-3, atol: 1e-3 });
    }
  });

  test.each(table)('%s: losses of 0 and below 0, and large ones, stay finite', (_n, method) => {
    for (const [a, b, c] of [
      [0, 0.3, 7],
      [-1, 0.3, 7],
      [-1, -2, -3],
      [0, 0, 0],
      [1e6, 1e-12, 1],
    ]) {
      const balancer = start(method);
      for (const [step, losses] of [
        { a: 1, b: 1, c: 1 },
        { a, b, c },
        { a, b, c },
      ].entries()) {
        const context = allPresent(['a', 'b', 'c'], inputsAt(balancer, step));
        const given = scalars(losses);
        const { present, inputs } = context;
        const { total, weights, report } = weighedLosses(balancer, given, present, inputs, []);
        balancer.observe?.({ before: given, after: given, present, applied: tf.scalar(1) });
        const all = [total, ...weights, ...Object.values(report)].map(value);
        expect(all.filter((v) => !Number.isFinite(v))).toEqual([]);
      }
      const state = Object.values(balancer.state).flatMap((v) => Array.from(v.dataSync()));
      expect(state.every(Number.isFinite)).toBe(true);
    }
  });
});

test('weights drawn from a Dirichlet distribution have its mean and variance', () => {
  for (const concentration of [0.3, 1, 4]) {
    const K = 3;
    const weighting = random.make({ ...of(['a', 'b', 'c']), seed: 2 }, { concentration });
    const drawn = Array.from({ length: 4000 }, (_, n) =>
      Array.from(weighting.inputsAt(n)['weights']),
    );
    for (const w of drawn) expect(w.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    // Mean 1/K, variance (1/K)(1 − 1/K)/(K c + 1); the mean of 4000 within four standard deviations.
    const variance = ((1 / K) * (1 - 1 / K)) / (K * concentration + 1);
    for (let k = 0; k < K; k++) {
      const mean = drawn.reduce((sum, w) => sum + w[k], 0) / drawn.length;
      const spread = drawn.reduce((sum, w) => sum + (w[k] - 1 / K) ** 2, 0) / drawn.length;
      expect(Math.abs(mean - 1 / K)).toBeLessThan(4 * Math.sqrt(variance / drawn.length));
      expect(Math.abs(spread / variance - 1)).toBeLessThan(0.1);
    }
    expect(weighting.inputsAt(7)).toEqual(weighting.inputsAt(7));
  }
  expect(() => random.make(of(['a']), { concentration: 0 })).toThrow(
    'concentration: expected a number > 0',
  );
});

describe('FAMO', () => {
  const observed = (present: Record<string, number>, applied: number): number[] => {
    const balancer = famo.make(of(['a', 'b', 'c']));
    const before = scalars({ a: 2, b: 0.3, c: 7 });
    const context = contextOf(present);
    balancer.combine(before, context);
    const after = scalars({ a: 1, b: 0.3, c: 7.5 });
    balancer.observe?.({
      before,
      after,
      present: context.present,
      applied: tf.scalar(applied),
    });
    return Array.from(balancer.state['xi'].dataSync());
  };

  test('takes weight from what fell faster than the others', () => {
    // Adam's first step has the length of its rate: down where the loss fell more than on average.
    expect(observed({ a: 1, b: 1, c: 1 }, 1)).toBeAllClose([-0.025, 0.025, 0.025], { rtol: 1e-4 });
  });

  test('leaves an absent task where it is, and all while gradients accumulate', () => {
    expect(observed({ a: 1, b: 0, c: 1 }, 1)).toBeAllClose([-0.025, 0, 0.025], { rtol: 1e-4 });
    expect(observed({ a: 1, b: 1, c: 1 }, 0)).toEqual([0, 0, 0]);
  });
});

describe('GO4Align', () => {
  test('groups K places in a row in C(K − 1, groups − 1) ways', () => {
    expect(groupings(3, 2)).toEqual([
      [0, 0, 1],
      [0, 1, 1],
    ]);
    expect([groupings(6, 3).length, groupings(4, 1).length, groupings(2, 3).length]).toEqual([
      10, 1, 0,
    ]);
    expect(() => groupAlignment.make(of(['a', 'b']), { groups: 3 })).toThrow(
      'expected groups in 1 … 2',
    );
  });

  /** Σ of squared distances to the group means, least of all ways to group. */
  function leastSpread(values: readonly number[], groups: number): number {
    const ways = (n: number): number[][] =>
      n === 0
        ? [[]]
        : ways(n - 1).flatMap((w) => Array.from({ length: groups }, (_, g) => [...w, g]));
    const spread = (way: readonly number[]) =>
      Array.from({ length: groups }, (_, g) => values.filter((__, i) => way[i] === g))
        .map((group) => {
          const mean = group.reduce((a, b) => a + b, 0) / group.length;
          return group.reduce((sum, v) => sum + (v - mean) ** 2, 0);
        })
        .reduce((a, b) => a + b, 0);
    return Math.min(...ways(values.length).map(spread));
  }

  test('finds the grouping of least spread, whatever its order and who is absent', () => {
    const numbersOf = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 5, maxLength: 5 });
    const maskOf = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(numbersOf, maskOf, fc.integer({ min: 1, max: 3 }), (values, mask, groups) => {
        const taking = mask.map(Number);
        const means = Array.from(
          groupMeans(tf.tensor1d(values), tf.tensor1d(taking), groupings(5, groups)).dataSync(),
        );
        const present = values.filter((_, i) => mask[i]);
        const spread = values.reduce((sum, v, i) => sum + taking[i] * (v - means[i]) ** 2, 0);
        expect(spread).toBeCloseTo(leastSpread(present, groups), 2);
        expect(means.filter((_, i) => !mask[i]).every((v) => v === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

test('STCH: a task without a label in the epoch of the nadir takes its first loss after it', () => {
  const weighting = smoothTchebycheff.make(
    { ...of(['a', 'b']), batchesPerEpoch: 1 },
    { warmUp: 0 },
  );
  combine(weighting, { a: 2, b: 0 }, { present: { a: 1, b: 0 }, step: 0 });
  combine(weighting, { a: 2, b: 5 }, { step: 1 });
  // log(1/2), log(10/5): 2 log(½ + 2), weights 2 softmax(y)/L = 2 (1/5)/1 and 2 (4/5)/10.
  const { total, report } = combine(weighting, { a: 1, b: 10 }, { step: 2 });
  expect(total).toBeCloseTo(2 * Math.log(2.5), 5);
  expect([report['weight/a'], report['weight/b']]).toBeAllClose([0.4, 0.16], { rtol: 1e-5 });
  expect(() => smoothTchebycheff.make(of(['a']))).toThrow('batchesPerEpoch ≥ 1, got undefined');
});

test('preferences are of the tasks, by their names, whole or by parts', () => {
  // cos((2, 1), (1, 2)) = 4/5
  for (const preference of [
    { preference: { a: 2, b: 1 } },
    { 'preference.a': 2, 'preference.b': 1 },
  ]) {
    const weighting = cosmos.make(of(['a', 'b']), { ...preference, penalty: 5 });
    expect(combine(weighting, { a: 1, b: 2 }).total).toBeCloseTo(4 - 5 * 0.8, 5);
  }
  const refused = (options: object) => () => cosmos.make(of(['a', 'b']), options);
  expect(refused({ 'preference.a': 2 })).toThrow('cosmos: preference: expected a number ≥ 0');
  expect(refused({ 'penalty.a': 2 })).toThrow('cosmos: penalty: expected a number');
  expect(refused({ preference: { a: 1, b: 1 }, 'preference.a': 2 })).toThrow(
    'cosmos: preference is given whole and by parts',
  );
});
