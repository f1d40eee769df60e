import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  balancerNamed,
  fixed,
  modo,
  sdmgrad,
  SECOND_STREAM,
  THIRD_STREAM,
} from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { outputs, problem, type PlaneTask, type Problem } from './plane.ts';

beforeAll(useCpu);

const tasks: readonly PlaneTask[] = ['a', 'b', 'c'].map((name, i) => ({ name, seed: 60 + i }));
const names = tasks.map(({ name }) => name);

/** What one step with fixed weights changes in the trunk, over the rate: minus its gradient. */
async function gradientOf(task: string, batch: number): Promise<number[]> {
  const weights = Object.fromEntries(names.map((name) => [name, name === task ? 1 : 0]));
  const of = problem(fixed, tasks, { options: weights });
  const before = trunkOf(of);
  await outputs(of, { ...of.inputsAt(0), ...of.inputsAt(batch) });
  return trunkOf(of).map((v, p) => (before[p] - v) / 0.1);
}

const trunkOf = (of: Problem) => ['trunk/w', 'trunk/b'].flatMap((name) => of.values()[name]);
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, v, i) => sum + v * b[i], 0);

describe('a step on one batch by the gradients of two others', () => {
  test('MoDo: λ − γ (A + ρ) λ, A of the batches of the streams second and third', async () => {
    const [gamma, rho] = [0.1, 0.2];
    // What a problem's other streams begin with.
    const [second, third] = await Promise.all(
      [1000, 2000].map((batch) => Promise.all(names.map((name) => gradientOf(name, batch)))),
    );
    const slope = second.map((g) => third.reduce((sum, h) => sum + dot(g, h) / 3, 0) + rho / 3);
    const moved = slope.map((v) => 1 / 3 - gamma * v);
    // All stay above 0, so that the simplex takes the same from each.
    const over = (moved.reduce((a, b) => a + b) - 1) / 3;
    const expected = moved.map((v) => v - over);
    expect(Math.min(...expected)).toBeGreaterThan(0);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01);
    const of = problem(modo, tasks, { options: { gamma, rho } });
    const given = await outputs(of, of.inputsAt(0));
    expect(names.map((name) => given[`weight/${name}`])).toBeAllClose(expected, { atol: 1e-5 });
  });

  test.each([modo, sdmgrad])('$name: goes along Σ wᵢ gᵢ of its own batch', async (method) => {
    const of = problem(method, tasks, { options: method === modo ? { gamma: 0.1 } : {} });
    const before = of.values();
    const trunk = trunkOf(of);
    const given = await outputs(of, of.inputsAt(0));
    const rows = await Promise.all(names.map((name) => gradientOf(name, 0)));
    const expected = rows[0].map((_, p) =>
      rows.reduce((sum, row, k) => sum + given[`weight/${names[k]}`] * row[p], 0),
    );
    const went = trunkOf(of).map((v, p) => (trunk[p] - v) / 0.1);
    expect(went).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-5 });
    // A head learns as if alone.
    const alone = problem(fixed, tasks, { options: { a: 1, b: 1, c: 1 } });
    await outputs(alone, alone.inputsAt(0));
    expect(of.values()['a/w']).not.toEqual(before['a/w']);
    expect(of.values()['a/w']).toBeAllClose(alone.values()['a/w'], { rtol: 1e-5, atol: 1e-6 });
  });

  test('what has no label in one of the two keeps its weight, and is trained all the same', async () => {
    for (const stream of [SECOND_STREAM, THIRD_STREAM]) {
      const of = problem(modo, tasks, { options: { gamma: 0.1 } });
      const inputs = of.inputsAt(0);
      const before = of.values()['b/w'];
      const mask = `${stream}/mask/b`;
      expect(Object.keys(inputs)).toContain(mask);
      const given = await outputs(of, { ...inputs, [mask]: inputs[mask].map(() => 0) });
      expect(given['weight/b']).toBeCloseTo(1 / 3, 5);
      expect(Math.abs(given['weight/a'] - 1 / 3)).toBeGreaterThan(1e-3);
      expect(of.values()['b/w']).not.toEqual(before);
    }
  });

  test('uw+modo: A of the losses as uw weighs them, and a direction of both', async () => {
    const [gamma, s] = [0.1, [0.4, -0.3, 0.1]];
    const initial = Object.fromEntries(
      names.map((name, i) => [`uncertainty.initial.${name}`, s[i]]),
    );
    const options = { 'modo.gamma': gamma, 'modo.rho': 0, ...initial };
    const of = problem(balancerNamed('uw+modo'), tasks, { options });
    const trunk = trunkOf(of);
    const given = await outputs(of, of.inputsAt(0));
    // ½e⁻ˢ of the loss: the factor of all of a task's gradients.
    const factors = s.map((v) => 0.5 * Math.exp(-v));
    const [main, second, third] = await Promise.all(
      [0, 1000, 2000].map((batch) => Promise.all(names.map((name) => gradientOf(name, batch)))),
    );
    const scaled = (rows: number[][]) => rows.map((g, k) => g.map((v) => factors[k] * v));
    const [first, other] = [scaled(second), scaled(third)];
    const slope = first.map((g) => other.reduce((sum, h) => sum + dot(g, h) / 3, 0));
    const moved = slope.map((v) => 1 / 3 - gamma * v);
    const over = (moved.reduce((a, b) => a + b) - 1) / 3;
    const lambda = moved.map((v) => v - over);
    expect(Math.max(...lambda) - Math.min(...lambda)).toBeGreaterThan(1e-3);
    expect(names.map((name) => given[`weight/${name}`])).toBeAllClose(
      lambda.map((v, k) => v * factors[k]),
      { atol: 1e-5 },
    );
    const expected = main[0].map((_, p) =>
      main.reduce((sum, row, k) => sum + lambda[k] * factors[k] * row[p], 0),
    );
    const went = trunkOf(of).map((v, p) => (trunk[p] - v) / 0.1);
    expect(went).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-5 });
    // ∂(½e⁻ˢL + ½s)/∂s = ½ − ½e⁻ˢL, by the rate of the weights.
    for (const [k, name] of names.entries()) {
      const [after] = of.values()[`weighting/${name}`];
      expect(after).toBeCloseTo(s[k] - 0.1 * (0.5 - factors[k] * given[`loss/${name}`]), 5);
    }
  });

  test('reads three streams', () => {
    const { step } = problem(modo, tasks);
    expect(step.streams).toEqual(['train', SECOND_STREAM, THIRD_STREAM]);
  });
});
