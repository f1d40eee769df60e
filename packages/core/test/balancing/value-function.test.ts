import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { fixed, forum } from '../../src/index.ts';
import { bestWithin } from '../../src/balancing/k-space/bounded-hull.ts';
import { cosines } from '../../src/balancing/k-space/cosines.ts';
import { useCpu } from '../cpu.ts';
import { inDouble } from './double.ts';
import { dot, gramOf, norm, type Rows } from './jacobians.ts';
import { outputs, problem, type PlaneTask, type Problem } from './plane.ts';

beforeAll(useCpu);

/** The Jacobians of fixtures/README.md, degenerate ones among them. */
const { cases } = JSON.parse(
  readFileSync(new URL('fixtures/weights.json', import.meta.url), 'utf8'),
) as { cases: readonly { kind: string; rows: Rows; scales: readonly number[] }[] };

test('the direction within a bound meets the conditions of its problem, on 213 Jacobians', () => {
  let bounded = 0;
  const over: [number, string][] = [];
  for (const [n, { kind, rows, scales }] of cases.entries()) {
    const phi = n % 2 === 0 ? 0.1 : 2;
    const J = rows.map((row, i) => row.map((v) => (v / 16) * 10 ** scales[i]));
    const [upper, q] = [J.slice(0, -1), J[J.length - 1]];
    const lambda = inDouble(() =>
      tf.tidy(() =>
        Array.from(
          bestWithin(cosines(tf.tensor2d(gramOf(J))), phi, tf.ones([upper.length])).dataSync(),
        ),
      ),
    );
    expect(Math.min(...lambda)).toBeGreaterThanOrEqual(0);
    expect(lambda.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    // A gradient of 0 has a say of its own.
    if (upper.some((row) => norm(row) < 1e-14)) continue;
    const units = upper.map((row) => row.map((v) => v / norm(row)));
    const sum = q.map((_, p) => units.reduce((all, u, k) => all + lambda[k] * u[p], 0));
    const nu = Math.max(phi - dot(sum, q) / Math.max(dot(q, q), 1e-60), 0);
    bounded += Number(nu > 0);
    const d = sum.map((v, p) => v + nu * q[p]);
    // Slopes of ½‖d‖² − νφ‖q‖² by λ: the least of all where λ > 0.
    const slopes = units.map((u) => dot(u, d));
    const least = Math.min(...slopes);
    const worst = Math.max(...slopes.map((v, k) => (lambda[k] > 1e-9 ? v - least : 0)));
    over.push([worst / Math.max(1, norm(d)), `${n}: ${kind}`]);
  }
  expect(over.filter(([error]) => error > 1e-9)).toEqual([]);
  expect(over.length).toBeGreaterThan(180);
  expect(bounded).toBeGreaterThan(50);
});

test('two gradients and a bound, by hand', () => {
  // u₁ = (1, 0), u₂ = (0, 1), q = (0, 2). φ = 0.1: ½ in each has q · d = 1 > 0.1 · 4, so that ν = 0. φ = 0.5: the bound
  // is q · d ≥ 2; along the edge d = (λ₁, λ₂ + 2ν) = (λ₁, 1), ½ λ₁² + ½ − 2ν·… = ½ λ₁² + λ₂ is least at λ₁ = 1.
  const rows = [
    [1, 0],
    [0, 1],
    [0, 2],
  ];
  const at = (phi: number) =>
    tf.tidy(() => bestWithin(cosines(tf.tensor2d(gramOf(rows))), phi, tf.ones([2])).arraySync());
  expect(at(0.1)).toBeAllClose([0.5, 0.5], { atol: 1e-6 });
  expect(at(0.5)).toBeAllClose([1, 0], { atol: 1e-6 });
  // Between: ½ λ₁² + 2φ λ₂ with 2φ = 0.6.
  expect(at(0.3)).toBeAllClose([0.6, 0.4], { atol: 1e-6 });
});

const names = ['a', 'b', 'c'] as const;
const tasks: readonly PlaneTask[] = names.map((name, i) => ({ name, seed: 90 + i }));
const parameters = ['trunk/w', 'trunk/b', 'a/w', 'b/w', 'c/w'];
const whole = (of: Problem) => parameters.flatMap((name) => of.values()[name]);

/** The gradient of Σ wᵢ Lᵢ on a batch: what a step of rate 0.1 changes. */
async function gradientOf(weights: Readonly<Record<string, number>>, batch: number) {
  const of = problem(fixed, tasks, { options: weights });
  const before = whole(of);
  await outputs(of, { ...of.inputsAt(0), ...of.inputsAt(batch) });
  return whole(of).map((v, p) => (before[p] - v) / 0.1);
}

const oneOf = (task: string) =>
  Object.fromEntries(names.map((name) => [name, Number(name === task)]));
const even = Object.fromEntries(names.map((name) => [name, 1 / 3]));

/** Losses of the first batch now, and after some steps of rate 0.1 down their mean. */
async function descent(steps: number): Promise<[now: number[], then: number[]]> {
  const of = problem(fixed, tasks, { options: even });
  const inputs = of.inputsAt(0);
  const seen: number[][] = [];
  for (let n = 0; n <= steps; n++) {
    const given = await outputs(of, inputs);
    seen.push(names.map((name) => given[`loss/${name}`]));
  }
  return [seen[0], seen[steps]];
}

describe('FORUM', () => {
  test.each([0.1, 1])('goes along Σ wₖ ∇L̃ₖ/‖∇L̃ₖ‖ + ν ∇q, φ = %d', async (phi) => {
    const of = problem(forum, tasks, { options: { phi, steps: 2 } });
    const before = whole(of);
    const given = await outputs(of, of.inputsAt(0));
    const went = whole(of).map((v, p) => (before[p] - v) / 0.1);
    for (const name of names) expect(given[`weight/${name}`]).toBeCloseTo(1 / 3, 5);

    const [now, then] = await descent(2);
    const fallen = now.map((v, i) => v - then[i]);
    const mean = fallen.reduce((a, b) => a + b) / 3;
    expect(mean).toBeGreaterThan(0);
    const byAlpha = fallen.map((v) => (v - mean) / 3);
    const q = await gradientOf(even, 0);
    const square = dot(q, q) + dot(byAlpha, byAlpha);
    const units = await Promise.all(
      names.map(async (name) => {
        // Batch 1000 is what the second stream of a problem begins with.
        const row = await gradientOf(oneOf(name), 1000);
        return row.map((v) => v / norm(row));
      }),
    );
    const w = of.values()['weighting-state/weights'];
    expect(w.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    const sum = q.map((_, p) => units.reduce((all, u, k) => all + w[k] * u[p], 0));
    const nu = Math.max(phi - dot(sum, q) / square, 0);
    expect(went).toBeAllClose(
      sum.map((v, p) => v + nu * q[p]),
      { rtol: 2e-3, atol: 1e-4 },
    );
    // q falls by φ‖∇q‖² at least, and the worst-off of those with a weight is none.
    expect(dot(went, q) + nu * dot(byAlpha, byAlpha)).toBeGreaterThan(phi * square * 0.999);
    const slopes = units.map((u) => dot(u, went));
    for (const [k, slope] of slopes.entries()) {
      if (w[k] > 1e-3) expect(slope).toBeCloseTo(Math.min(...slopes), 3);
    }
    // Adam's first moment is a tenth of its first gradient.
    expect(of.values()['weighting-state/adam/first'].map((m) => 10 * m)).toBeAllClose(
      byAlpha.map((v) => nu * v),
      { rtol: 0.01, atol: 1e-5 },
    );
    expect(nu > 0).toBe(phi === 1);
  });

  test('the slope of q by α is that of differences', async () => {
    const [now, then] = await descent(3);
    const q = (alpha: readonly number[]) => {
      const powers = alpha.map(Math.exp);
      const total = powers.reduce((a, b) => a + b);
      return powers.reduce((sum, v, i) => sum + (v / total) * (now[i] - then[i]), 0);
    };
    const h = 1e-4;
    const expected = names.map((_, i) => {
      const at = (by: number) => q(names.map((__, j) => (i === j ? by : 0)));
      return (at(h) - at(-h)) / (2 * h);
    });
    const of = problem(forum, tasks, { options: { phi: 1, steps: 3 } });
    await outputs(of, of.inputsAt(0));
    const given = of.values()['weighting-state/adam/first'];
    const scale = dot(given, expected) / dot(expected, expected);
    expect(scale).toBeGreaterThan(0);
    expect(given).toBeAllClose(
      expected.map((v) => scale * v),
      { rtol: 0.01, atol: 1e-6 },
    );
  });

  test('a descent that ends higher leaves α as it is', async () => {
    const of = problem(forum, tasks, { options: { phi: 1, descentRate: 1000, steps: 3 } });
    await outputs(of, of.inputsAt(0));
    expect(of.values()['weighting-state/alpha']).toEqual([0, 0, 0]);
    expect(whole(of).every(Number.isFinite)).toBe(true);
  });

  test('w follows the batches more slowly from epoch to epoch', () => {
    const balancer = forum.make({
      objectives: tasks.map(({ name }) => ({ name })),
      batchesPerEpoch: 2,
    });
    const at = (batch: number) => balancer.inputsAt(batch)['follow'][0];
    expect([0, 1, 2, 5].map(at)).toBeAllClose([1, 1, 2 ** -0.75, 3 ** -0.75], { rtol: 1e-6 });
  });

  test('says how many objectives it can have', () => {
    expect(() => tf.tidy(() => bestWithin(cosines(tf.eye(9)), 0.1, tf.ones([8])))).toThrow(
      'forum: expected at most 7 objectives, got 8; use moml',
    );
  });
});
