import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { stream } from '@scene-mtl/data';
import * as tf from '@tensorflow/tfjs';
import { balancerNamed, type CrossBalancer } from '../../src/index.ts';
import { onSimplex } from '../../src/balancing/k-space/simplex.ts';
import { useCpu } from '../cpu.ts';
import { inDouble } from './double.ts';
import { byName, dot, type Rows } from './jacobians.ts';

beforeAll(useCpu);

/** What pairs.py wrote; its docstring names the programs and their versions. */
interface Case {
  readonly kind: string;
  readonly first: Rows;
  readonly second: Rows;
  readonly scales: readonly number[];
  readonly weights: Readonly<Record<string, readonly (readonly number[])[] | null>>;
}

const file = new URL('fixtures/pairs.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };

const K = 3;
const names = Array.from({ length: K }, (_, i) => ({ name: `task${i}` }));
const made = (name: string, options: object, size = K) =>
  balancerNamed(name).make(
    { objectives: Array.from({ length: size }, (_, i) => ({ name: `task${i}` })) },
    options,
  ) as CrossBalancer;

/** Weights of the products A, and then of Aᵀ. */
function twice(balancer: CrossBalancer, { first, second, scales }: Case): number[][] {
  const scaled = (rows: Rows) => rows.map((row, i) => row.map((v) => (v / 16) * 10 ** scales[i]));
  const [a, b] = [scaled(first), scaled(second)];
  const context = { present: tf.ones<tf.Rank.R1>([a.length]), inputs: {} };
  return [a.map((g) => b.map((h) => dot(g, h))), b.map((g) => a.map((h) => dot(g, h)))].map((A) =>
    tf.tidy(() =>
      Array.from(
        balancer.weights(tf.tensor2d(A), { ...context, paired: context.present }).dataSync(),
      ),
    ),
  );
}

/** Name in the fixture → method and options, of K objectives. */
const methods: Readonly<Record<string, (size: number) => readonly [string, object]>> = {
  'modo 0.001 0.1': () => ['MoDo', {}],
  'modo 0.1 0.5': () => ['MoDo', { gamma: 0.1, rho: 0.5 }],
  'sdmgrad 1': () => ['SDMGrad', {}],
  'sdmgrad 10': () => ['SDMGrad', { rate: 10 }],
  'sdmgrad preferred': (size) => [
    'SDMGrad',
    {
      ...{ rate: 0.5, momentum: 0, iterations: 7, lambda: 0.6 },
      preference: byName(Array.from({ length: size }, (_, i) => (i + 1) / size)),
    },
  ],
};

/** Cases whose weights are further from the fixture's than `most`. */
const off = (name: string, of: readonly Case[], most: number) =>
  of.flatMap((each) => {
    const expected = each.weights[name];
    if (!expected) return [];
    const [method, options] = methods[name](each.scales.length);
    const given = twice(made(method, options, each.scales.length), each);
    const apart = Math.max(
      ...given.flatMap((w, t) => w.map((v, i) => Math.abs(v - expected[t][i]))),
    );
    return apart < most ? [] : [{ kind: each.kind, given, expected }];
  });

test('the fixture has over 200 pairs of Jacobians of 2 to 8 tasks, and answers for each method', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  expect(new Set(cases.map(({ scales }) => scales.length)).size).toBe(7);
  for (const name of Object.keys(methods)) {
    const answers = cases.filter(({ weights }) => weights[name]);
    expect([name, answers.length > 150]).toEqual([name, true]);
  }
});

test.each(Object.keys(methods))('%s in 64 bits: weights of the other program', (name) => {
  // SDMGrad's other options on every third one: its loop takes the time.
  const every = /^modo|sdmgrad 1$/.test(name) ? 1 : 3;
  const some = cases.filter((_, i) => i % every === 0);
  expect(inDouble(() => off(name, some, 1e-6))).toEqual([]);
});

test.each(['modo 0.001 0.1', 'sdmgrad 1'])('%s in 32 bits', (name) => {
  const kinds = ['random', 'independent', 'one batch', 'zero'];
  const some = cases.filter(({ kind }, i) => kinds.includes(kind) && i % 9 === 0);
  expect(off(name, some, 1e-4)).toEqual([]);
});

test('the nearest point of a simplex: no other is nearer, whatever is left out and however large x is', () => {
  const random = stream(3, 'simplex');
  for (const size of [1, 2, 3, 8]) {
    for (const scale of [1e-3, 1, 1e6]) {
      const x = Array.from(random.normals(size, scale));
      const inside = x.map((_, i) => (i === 1 ? 0 : 1));
      const w = Array.from(onSimplex(tf.tensor1d(x), tf.tensor1d(inside), 0.5).dataSync());
      expect(w.reduce((a, b) => a + b)).toBeCloseTo(0.5, 5);
      expect(Math.min(...w)).toBeGreaterThanOrEqual(0);
      if (size > 1) expect(w[1]).toBe(0);
      // Karush–Kuhn–Tucker: x − w is the same where w > 0, and not larger elsewhere.
      const rest = x.map((v, i) => v - w[i]).filter((_, i) => inside[i] === 1);
      const taken = x.flatMap((v, i) => (w[i] > 0 ? [v - w[i]] : []));
      expect(Math.max(...rest) - Math.min(...taken)).toBeLessThan(1e-6 * Math.max(1, scale));
    }
  }
  const none = onSimplex(tf.tensor1d([1, 2]), tf.tensor1d([0, 0]), 0).dataSync();
  expect(Array.from(none)).toEqual([0, 0]);
});

test.each(['modo', 'sdmgrad'])(
  '%s: what is absent in either batch keeps its weight, the others share the rest',
  (name) => {
    const balancer = made(name, { ...(name === 'modo' ? { gamma: 0.1 } : { lambda: 0 }) });
    // gᵢ · g̃ⱼ = 4, 1 and 0 (absent) at right angles: weight goes from the long gradient to the short one.
    const A = tf.tensor2d([[4, 0, 0], [0, 1, 0], [0, 0, 0]]); // prettier-ignore
    const two = tf.tensor1d([1, 1, 0]);
    const ones = tf.tensor1d([1, 1, 1]);
    const given = balancer.weights(A, { present: ones, paired: two, inputs: {} }).dataSync();
    expect(given[2]).toBeCloseTo(1 / 3, 6);
    expect(given[0] + given[1]).toBeCloseTo(2 / 3, 6);
    expect(given[0]).toBeLessThan(given[1] - 0.05);
    // Where the third has no label in the batch that is stepped on, the others' sum is 1.
    const zeros = { present: two, paired: tf.zeros<tf.Rank.R1>([names.length]), inputs: {} };
    const left = balancer.weights(tf.zeros([3, 3]), zeros).dataSync();
    expect(left[0] + left[1]).toBeCloseTo(1, 6);
    expect(left[0] / left[1]).toBeCloseTo(given[0] / given[1], 5);
  },
);
