import { expect, test } from '@jest/globals';
import { workingOrder } from '@scene-mtl/lab';
import { priorityOf } from '../src/queue/in-queue.ts';

/** Seconds until all is done by workers that take the next run whenever they are free. */
function lasting(runs: readonly number[], workers: number): number {
  const free = Array.from({ length: workers }, () => 0);
  for (const run of runs) {
    const next = free.indexOf(Math.min(...free));
    free[next] += run;
  }
  return Math.max(...free);
}

test('the cheaper half comes first, from the cheapest on; then the dearest', () => {
  expect(workingOrder([4, 1, 3, 2], (work) => work)).toEqual([1, 2, 4, 3]);
  expect(workingOrder([], (work: number) => work)).toEqual([]);
  expect(workingOrder([7], (work) => work)).toEqual([7]);
});

test('workers end at about the same time', () => {
  // By hand, two workers: 1 + 3 beside 2 + 4 when all rise; 1 + 4 beside 2 + 3 as they are taken.
  expect(lasting([1, 2, 3, 4], 2)).toBe(6);
  expect(
    lasting(
      workingOrder([1, 2, 3, 4], (work) => work),
      2,
    ),
  ).toBe(5);
  // 27 runs of 10 to 28 min on 8 machines: within 15 % of what they take together, shared out.
  const runs = Array.from({ length: 27 }, (_, i) => 10 + 2 * (i % 9) + 2 * Math.floor(i / 13));
  const shared = runs.reduce((sum, run) => sum + run, 0) / 8;
  const rising = [...runs].sort((a, b) => a - b);
  const ours = lasting(
    workingOrder(runs, (run) => run),
    8,
  );
  expect(ours).toBeLessThan(lasting(rising, 8));
  expect(ours).toBeLessThan(1.15 * shared);
});

test('priorities are places: 1 for the first, within what the queue takes for the last', () => {
  expect([0, 1, 2, 3].map((rank) => priorityOf(rank, 4))).toEqual([1, 250_001, 500_001, 750_001]);
  // BullMQ: 1 to 2²¹.
  expect(priorityOf(99_999, 100_000)).toBeLessThan(2 ** 21);
});
