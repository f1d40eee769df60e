import { beforeAll, expect, test } from '@jest/globals';
import { fixed, moml, SECOND_STREAM } from '../../src/index.ts';
import { useCpu } from '../cpu.ts';
import { balancerOf, weightsOf } from './jacobians.ts';
import { outputs, problem, type PlaneTask } from './plane.ts';

beforeAll(useCpu);

const names = ['a', 'b', 'c'] as const;
const tasks: readonly PlaneTask[] = names.map((name, i) => ({ name, seed: 100 + i }));

/** λ = softmax(α) of three. */
function softmax(alpha: readonly number[]): Record<string, number> {
  const powers = alpha.map(Math.exp);
  const total = powers.reduce((a, b) => a + b);
  return Object.fromEntries(names.map((name, i) => [name, powers[i] / total]));
}

/** Losses of the second batch after one step of plain descent with the weights softmax(α). */
async function lossesAfter(alpha: readonly number[]): Promise<number[]> {
  const plain = problem(fixed, tasks, { options: softmax(alpha) });
  const inputs = plain.inputsAt(0);
  await outputs(plain, inputs);
  // Batch 1000 is what the second stream of a problem begins with.
  const other = await outputs(plain, { ...inputs, ...plain.inputsAt(1000) });
  return names.map((name) => other[`loss/${name}`]);
}

/** Slopes of each of those by each α at 0, by central differences. */
async function slopes(): Promise<number[][]> {
  const h = 0.05;
  const columns: number[][] = [];
  for (const i of names.keys()) {
    const at = (by: number) => lossesAfter(names.map((_, j) => (i === j ? by : 0)));
    const [up, down] = [await at(h), await at(-h)];
    columns.push(up.map((v, k) => (v - down[k]) / (2 * h)));
  }
  return names.map((_, k) => columns.map((column) => column[k]));
}

const length = (v: readonly number[]) => Math.hypot(...v);

test('MOML learns along the shortest vector of the hull of the slopes, as differences give them', async () => {
  const rows = await slopes();
  expect(Math.min(...rows.map(length))).toBeGreaterThan(1e-3);
  const shortest = balancerOf('mgda', 3);
  for (const normalisation of ['none', 'l2']) {
    const divided = rows.map((row) =>
      normalisation === 'l2' ? row.map((v) => v / length(row)) : row,
    );
    const w = weightsOf(shortest, divided);
    const expected = names.map((_, i) => divided.reduce((sum, row, k) => sum + w[k] * row[i], 0));
    // Else no α makes all three smaller, and the test would see zeros.
    expect(length(expected)).toBeGreaterThan(0.02 * Math.max(...divided.map(length)));
    const of = problem(moml, tasks, { options: { normalisation } });
    await outputs(of, of.inputsAt(0));
    // Adam's first moment is a tenth of its first gradient.
    const given = of.values()['weighting-state/adam/first'].map((m) => 10 * m);
    const size = length(expected);
    expect(given.map((v) => v / size)).toBeAllClose(
      expected.map((v) => v / size),
      { atol: 0.02 },
    );
    expect(of.values()['weighting-state/alpha']).toBeAllClose(
      expected.map((v) => -1e-3 * Math.sign(v)),
      { rtol: 1e-3 },
    );
  }
});

test('MOML leaves α where none makes all losses smaller', async () => {
  // Of these seeds the hull holds 0 but for rounding, which Adam would make steps of.
  const others = names.map((name, i): PlaneTask => ({ name, seed: 80 + i }));
  const of = problem(moml, others);
  await outputs(of, of.inputsAt(0));
  expect(of.values()['weighting-state/alpha']).toEqual([0, 0, 0]);
});

test('MOML steps down the losses with the weights that it has just learned', async () => {
  const of = problem(moml, tasks, { options: { rate: 0.2 } });
  const given = await outputs(of, of.inputsAt(0));
  const lambda = softmax(of.values()['weighting-state/alpha']);
  expect(Math.abs(lambda['a'] - 1 / 3)).toBeGreaterThan(0.01);
  for (const name of names) expect(given[`weight/${name}`]).toBeCloseTo(lambda[name], 5);
  const plain = problem(fixed, tasks, { options: lambda });
  await outputs(plain, plain.inputsAt(0));
  for (const name of ['trunk/w', 'trunk/b', 'a/w', 'b/w', 'c/w']) {
    expect(of.values()[name]).toBeAllClose(plain.values()[name], { rtol: 1e-4, atol: 1e-6 });
  }
});

test('an objective without a label on the second batch has no say in the weights', async () => {
  const alphaWith = async (targets: number, present: number) => {
    const of = problem(moml, tasks);
    const [mask, target] = ['mask', 'target'].map((kind) => `${SECOND_STREAM}/${kind}/a`);
    const inputs = of.inputsAt(0);
    expect(Object.keys(inputs)).toContain(mask);
    await outputs(of, {
      ...inputs,
      [mask]: inputs[mask].map(() => present),
      [target]: inputs[target].map((v) => v * targets),
    });
    return of.values()['weighting-state/adam/first'];
  };
  expect(await alphaWith(1, 0)).toEqual(await alphaWith(50, 0));
  expect(await alphaWith(1, 0)).not.toEqual(await alphaWith(1, 1));
});
