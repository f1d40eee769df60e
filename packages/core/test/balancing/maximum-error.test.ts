import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { balancerNamed } from '../../src/index.ts';
import { useCpu } from '../cpu.ts';

beforeAll(useCpu);

/** Weights of some losses; NaN: the objective is absent. */
function weightsOf(losses: Record<string, number>, options: object): Record<string, number> {
  const names = Object.keys(losses);
  const balancer = balancerNamed('maximum-error').make(
    { objectives: names.map((name) => ({ name })) },
    options,
  );
  if (balancer.kind !== 'scalar') throw new Error('expected a scalar method');
  const present = Object.fromEntries(
    names.map((name) => [name, tf.scalar(Number.isNaN(losses[name]) ? 0 : 1)]),
  );
  const given = Object.fromEntries(names.map((name) => [name, tf.scalar(losses[name] || 0)]));
  const { report } = balancer.combine(given, {
    present,
    inputs: {},
    sum: (terms) => tf.addN(names.map((name) => tf.mul(terms[name], present[name]))),
  });
  return Object.fromEntries(
    Object.entries(report).map(([name, t]) => [name.replace('weight/', ''), t.dataSync()[0]]),
  );
}

test('only what is furthest from its target is learned', () => {
  // r = 1 and 3 / 4.
  expect(weightsOf({ a: 1, b: 3 }, { targets: { b: 4 } })).toEqual({ a: 1, b: 0 });
  // r = 1 and 5 / 4, and what is learned counts by its target.
  expect(weightsOf({ a: 1, b: 5 }, { targets: { b: 4 } })).toEqual({ a: 0, b: 0.25 });
  expect(weightsOf({ a: 2, b: 2, c: 1 }, {})).toEqual({ a: 0.5, b: 0.5, c: 0 });
  expect(weightsOf({ a: NaN, b: 0.1 }, {})).toEqual({ a: 0, b: 1 });
});

test('a soft maximum shares by softmax', () => {
  // exp(1 / 0.5) = 7.389 against exp(2 / 0.5) = 54.598: 0.1192 and 0.8808.
  const { a, b } = weightsOf({ a: 1, b: 2 }, { softness: 0.5 });
  expect(a).toBeCloseTo(0.1192, 4);
  expect(b).toBeCloseTo(0.8808, 4);
});

test('a target of an unknown name is refused', () => {
  expect(() => weightsOf({ a: 1 }, { targets: { depth: 1 } })).toThrow(
    'maximum-error: targets: expected names among a, got depth',
  );
});
