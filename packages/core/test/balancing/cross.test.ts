import { compile } from '@scene-mtl/runtime';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fixed, modo, sdmgrad, SECOND_STREAM, THIRD_STREAM } from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { problem, type PlaneTask, type Problem } from './plane.ts';

beforeAll(useCpu);

const tasks: readonly PlaneTask[] = ['a', 'b', 'c'].map((name, i) => ({ name, seed: 60 + i }));
const names = tasks.map(({ name }) => name);

/** What a step gives for some inputs; it changes the parameters. */
async function outputs(of: Problem, inputs: Record<string, Float32Array>) {
  const compiled = await compile(of.step.run, of.step.signature, { engine: 'cpu' });
  const given = await compiled.run(inputs);
  return Object.fromEntries(Object.entries(given).map(([name, v]) => [name, v[0]]));
}

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

  test('reads three streams', () => {
    const { step } = problem(modo, tasks);
    expect(step.streams).toEqual(['train', SECOND_STREAM, THIRD_STREAM]);
  });
});
