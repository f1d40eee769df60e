import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { taskSampling } from '../src/index.ts';

const tasks = ['a', 'b', 'c', 'd'];
const learned = (factor: (name: string, i: number) => number, i: number) =>
  tasks.filter((name) => factor(name, i) > 0);

describe('tasks of a step', () => {
  test('are as many as said, and the same whatever was asked before', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(), fc.nat(1000), (n, seed, i) => {
        const sampling = { tasksPerStep: n, shares: { b: 3 } };
        const drawn = learned(taskSampling(tasks, sampling, seed).factor, i);
        expect(drawn).toHaveLength(n);
        const other = taskSampling(tasks, sampling, seed);
        other.factor('a', i + 1);
        expect(learned(other.factor, i)).toEqual(drawn);
      }),
    ));

  test('come as often as their shares say', () => {
    const { factor } = taskSampling(tasks, { tasksPerStep: 1, shares: { a: 3 } }, 5);
    const steps = 3000;
    const counts = tasks.map(
      (name) =>
        Array.from({ length: steps }, (_, i) => factor(name, i)).filter((f) => f > 0).length,
    );
    // Binomial with p = 3/6 and 1/6: within four standard deviations.
    for (const [k, p] of [3 / 6, 1 / 6, 1 / 6, 1 / 6].entries()) {
      const deviation = Math.sqrt(steps * p * (1 - p));
      expect(Math.abs(counts[k] - steps * p)).toBeLessThan(4 * deviation);
    }
  });

  test('are none that was stopped; one that fades keeps what is left of it', () => {
    const left: Record<string, number> = { a: 0, b: 0.25, c: 0, d: 1 };
    const fading = { factor: (name: string) => left[name] };
    const { factor } = taskSampling(tasks, { tasksPerStep: 2, shares: {} }, 1, fading);
    for (const i of [0, 1, 2])
      expect(tasks.map((name) => factor(name, i))).toEqual([0, 0.25, 0, 1]);
  });

  test('are refused where there are too few, or a share is of none', () => {
    expect(() => taskSampling(tasks, { tasksPerStep: 5, shares: {} }, 1)).toThrow(
      'tasksPerStep 5: expected 1 … 4, there are the tasks a, b, c, d',
    );
    expect(() => taskSampling(tasks, { tasksPerStep: 1, shares: { e: 2 } }, 1)).toThrow(
      'shares.e: expected one of the tasks a, b, c, d',
    );
  });
});
