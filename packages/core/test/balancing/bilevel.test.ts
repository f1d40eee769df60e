import { beforeAll, expect, test } from '@jest/globals';
import { autoLambda, fixed } from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { outputs, problem, type PlaneTask } from './plane.ts';

beforeAll(useCpu);

const tasks: readonly PlaneTask[] = ['a', 'b', 'c'].map((name, i) => ({ name, seed: 40 + i }));

/** Σ pᵢ L̃ᵢ of the second batch after one step of plain descent with the weights λ. */
async function lossAfter(
  lambda: Readonly<Record<string, number>>,
  preference: Readonly<Record<string, number>>,
): Promise<number> {
  const plain = problem(fixed, tasks, { options: lambda });
  const inputs = plain.inputsAt(0);
  await outputs(plain, inputs);
  // Batch 1000 is what the second stream of a problem begins with.
  const other = await outputs(plain, { ...inputs, ...plain.inputsAt(1000) });
  return Object.entries(preference).reduce((sum, [name, p]) => sum + p * other[`loss/${name}`], 0);
}

test('Auto-λ learns from the slope of the second batch’s loss, as finite differences give it', async () => {
  for (const preference of [
    { a: 1, b: 1, c: 1 },
    { a: 1, b: 0, c: 0 },
  ]) {
    const options = Object.fromEntries(
      Object.entries(preference).map(([name, p]) => [`preference.${name}`, p]),
    );
    const of = problem(autoLambda, tasks, { options });
    await outputs(of, of.inputsAt(0));
    // Adam's first moment is a tenth of its first gradient.
    const slope = of.values()['weighting-state/adam/first'].map((m) => 10 * m);
    const lambda = { a: 0.1, b: 0.1, c: 0.1 };
    const h = 0.05;
    const expected: number[] = [];
    for (const name of ['a', 'b', 'c'] as const) {
      const at = (by: number) => lossAfter({ ...lambda, [name]: lambda[name] + by }, preference);
      expected.push(((await at(h)) - (await at(-h))) / (2 * h));
    }
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.01);
    expect(slope).toBeAllClose(expected, { rtol: 0.01, atol: 3e-4 });
    // Down the slope, by the rate.
    expect(of.values()['weighting-state/lambda']).toBeAllClose(
      expected.map((v) => 0.1 - 1e-4 * Math.sign(v)),
      { rtol: 1e-5 },
    );
  }
});

test('Auto-λ steps down the losses with the weights that it has just learned', async () => {
  const of = problem(autoLambda, tasks, { options: { rate: 0.05 } });
  await outputs(of, of.inputsAt(0));
  const [a, b, c] = of.values()['weighting-state/lambda'];
  expect(Math.abs(a - 0.1)).toBeCloseTo(0.05, 4);
  const plain = problem(fixed, tasks, { options: { a, b, c } });
  await outputs(plain, plain.inputsAt(0));
  for (const name of ['trunk/w', 'trunk/b', 'a/w', 'b/w', 'c/w']) {
    expect(of.values()[name]).toBeAllClose(plain.values()[name], { rtol: 1e-5, atol: 1e-6 });
  }
});
