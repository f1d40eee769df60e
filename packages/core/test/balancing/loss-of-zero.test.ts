import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import {
  balancerNamed,
  uncertaintyForms,
  type Likelihood,
  type ScalarBalancer,
} from '../../src/index.ts';
import { LOSS_FLOOR, raised } from '../../src/balancing/log-variance.ts';
import { useCpu } from '../cpu.ts';
import { allPresent } from './context.ts';

beforeAll(useCpu);

const value = (t: tf.Tensor) => t.dataSync()[0];
const likelihoods: readonly Likelihood[] = ['softmax', 'gaussian', 'laplace'];
const forms = [...uncertaintyForms.map(({ name }) => name), 'uncertainty-exact'];
const cases = forms
  .flatMap((name) => likelihoods.map((likelihood) => [name, likelihood] as const))
  // Its s is in the logits alone, not in the sum.
  .filter(([name, likelihood]) => name !== 'uncertainty-exact' || likelihood !== 'softmax');

const made = (name: string, likelihood: Likelihood, options = {}): ScalarBalancer =>
  balancerNamed(name).make({ objectives: [{ name: 'a', likelihood }] }, options) as ScalarBalancer;

/** s, its derivative, the weight and the total of one task at a loss. */
function at(balancer: ScalarBalancer, loss: number) {
  return tf.tidy(() => {
    const s = balancer.variables['a'];
    const combine = () => balancer.combine({ a: tf.scalar(loss) }, allPresent(['a']));
    const { report, total } = combine();
    const slope = value(tf.variableGrads(() => combine().total, [s]).grads[s.name]);
    return { s: value(s), slope, weight: value(report['weight/a']), total: value(total) };
  });
}

describe.each(cases)('%s of a %s loss', (name, likelihood) => {
  // Stochastic gradient descent with Nesterov's momentum 0.9, as `sgd` has it; before, s fell by rate/2/(1 − 0.9)
  // a step until the weight was ∞.
  test.each([0.1, 10])('that is exactly 0 leaves s and its weight finite at rate %d', (rate) => {
    const balancer = made(name, likelihood);
    let velocity = 0;
    for (let step = 0; step < 120; step++) {
      const { s, slope, weight, total } = at(balancer, 0);
      expect([s, slope, weight, total].every(Number.isFinite)).toBe(true);
      // 1/(2 · 2⁻²³) = 2²², or twice that of the forms whose term has no ½.
      expect(weight).toBeLessThanOrEqual(2 ** 23 * 1.001);
      velocity = 0.9 * velocity + slope;
      balancer.variables['a'].assign(tf.scalar(s - rate * (slope + 0.9 * velocity)));
    }
    // It rests: what moves it is no more than rounding. The positive form is slow, its log term being flat there.
    const rest = name === 'uncertainty-positive' ? 1e-2 : 1e-5;
    expect(Math.abs(at(balancer, 0).slope)).toBeLessThan(rest);
    // A loss that comes back raises s again.
    expect(at(balancer, 1).slope).toBeLessThan(-1);
  });
});

test('above the floor nothing is changed by a bit, value nor gradient', () => {
  const float = fc.float({ min: LOSS_FLOOR, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(float, (x) => {
      expect(value(raised(tf.scalar(x), LOSS_FLOOR))).toBe(x);
    }),
    { numRuns: 200 },
  );
  const gradient = tf.grad((x) => raised(x.asScalar(), 1));
  // Below, the value stands still and the gradient passes whole.
  for (const x of [2, 0.5, -3]) expect(value(gradient(tf.scalar(x)))).toBe(1);
  expect(value(raised(tf.scalar(-3), 1))).toBe(1);
});

test('the network still learns a loss below the floor', () => {
  const balancer = made('uncertainty', 'gaussian');
  const slope = tf.grad(
    (loss) => balancer.combine({ a: loss.asScalar() }, allPresent(['a'])).total,
  );
  expect(value(slope(tf.scalar(1e-9)))).toBe(0.5);
});

test('where a loss sums over several components the floor of s is that of each', () => {
  // ½e^{−s}L + 2 · ½s rests at e^s = L/2.
  const balancer = made('uncertainty', 'gaussian', { dimensions: { a: 2 }, initial: -50 });
  expect(at(balancer, 0).weight / 2 ** 23).toBeCloseTo(1, 5);
  expect(at(balancer, 0).slope).toBeCloseTo(0, 5);
});

test('the task is named when the floor holds it, and only where it has a label', () => {
  for (const name of [...forms, 'uncertainty-normalised']) {
    const notices = (values: Record<string, number>) => made(name, 'softmax').notices?.(values);
    expect(notices({ 'loss/a': 0, 'present/a': 1 })).toEqual([
      expect.stringMatching(
        /^uncertainty.*: the loss of a has fallen to 2⁻²³ or below, where its s stops \(-\d+\.\d\): it is solved, or its labels are the same everywhere$/,
      ),
    ]);
    expect(notices({ 'loss/a': 0, 'present/a': 0 })).toEqual([]);
    expect(notices({ 'loss/a': 1e-3, 'present/a': 1 })).toEqual([]);
  }
});
