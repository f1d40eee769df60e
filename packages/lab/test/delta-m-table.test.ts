import { expect, test } from '@jest/globals';
import {
  deltaMTable,
  type ComparedArm,
  type DeltaMArms,
  type Quantity,
  type RunSummary,
} from '@scene-mtl/lab';

const quantity = (task: string, name: string, better: 'higher' | 'lower', primary: boolean) =>
  ({
    ...{ task, name, better, primary, metric: `${task}/${name}`, unit: '', digits: 2 },
  }) satisfies Quantity;

const quantities = [
  quantity('a', 'score', 'higher', true),
  quantity('a', 'error', 'lower', false),
  quantity('b', 'error', 'lower', true),
];

const arm = (
  slug: string,
  tasks: readonly string[],
  runs: readonly Readonly<Record<string, number>>[],
): ComparedArm => ({
  ...{ slug, tasks, title: `The ${slug}` },
  runs: runs.map((metrics) => ({ result: { metrics } }) as unknown as RunSummary),
});

/** Means over two seeds: score 50, error 4; the third task is none that is compared. */
const singles = [
  arm(
    'a-only',
    ['a'],
    [
      { 'a/score': 40, 'a/error': 3 },
      { 'a/score': 60, 'a/error': 5 },
    ],
  ),
  arm('b-only', ['b'], [{ 'b/error': 2 }]),
];
const first = arm(
  'first',
  ['a', 'b'],
  [
    { 'a/score': 45, 'a/error': 5, 'b/error': 1.5 },
    { 'a/score': 55, 'a/error': 4, 'b/error': 2.5 },
  ],
);
const second = arm('second', ['b', 'a'], [{ 'a/score': 60, 'a/error': 4.4, 'b/error': 2.1 }]);

const asked = {
  ...{ arms: [...singles, first, second], tasks: ['a', 'b'], quantities },
  data: { dataset: 'points', split: 'val' },
} satisfies DeltaMArms;

test('Δm in its three definitions, and the mean rank, by hand', () => {
  const table = deltaMTable(asked)!;
  expect(table.columns.map(({ name }) => name)).toEqual([
    ...['Δm per metric', 'Δm per task', 'Δm of primary metrics', 'Mean rank'],
  ]);
  expect(table.rows.map(({ header }) => header)).toEqual(['The first', 'The second']);
  const numbers = table.rows.map(({ cells }) =>
    cells.map((cell) => {
      const { value, n, sd } = cell as { value: number; n?: number; sd?: number };
      return [value, n, sd].flatMap((x) => (x === undefined ? [] : [Number(x.toFixed(6))]));
    }),
  );
  // Changes in %, worse is positive, against score 50, error 4 and error 2:
  //   seed 1: score 45 → +10, error 5 → +25, error 1.5 → −25; seed 2: score 55 → −10, error 4 → 0, 2.5 → +25.
  // Per metric: (10 + 25 − 25)/3 = 10/3, (−10 + 0 + 25)/3 = 5: mean 25/6, sd (5 − 10/3)/√2 = 1.178511.
  // Per task: ((10 + 25)/2 − 25)/2 = −3.75, ((−10 + 0)/2 + 25)/2 = 10: mean 3.125, sd 13.75/√2 = 9.722718.
  // Primary: (10 − 25)/2 = −7.5, (−10 + 25)/2 = 7.5: mean 0, sd 15/√2 = 10.606602.
  // Ranks by means: score 50 against 60 is second, error 4.5 against 4.4 second, error 2 against 2.1 first: 5/3.
  expect(numbers[0]).toEqual([
    [4.166667, 2, 1.178511],
    [3.125, 2, 9.722718],
    [0, 2, 10.606602],
    [1.666667],
  ]);
  // Score 60 → −20, error 4.4 → +10, error 2.1 → +5: (−20 + 10 + 5)/3, (−5 + 5)/2, (−20 + 5)/2; ranks 1, 1, 2.
  expect(numbers[1]).toEqual([[-1.666667, 1], [0, 1], [-7.5, 1], [1.333333]]);
  // The fewest seeds of a baseline: one network for b.
  expect(table.notes?.[0]).toContain('on points (val), last checkpoint, mean over 1 seed.');
});

test('no Δm where a task has no network of its own, a baseline is 0, or no arm has every metric', () => {
  const without = (arms: readonly ComparedArm[]) => deltaMTable({ ...asked, arms });
  expect(without([singles[0], first, second])).toBeUndefined();
  expect(without(singles)).toBeUndefined();
  expect(without([...singles, arm('half', ['a', 'b'], [{ 'a/score': 45 }])])).toBeUndefined();
  expect(without([singles[0], arm('b-only', ['b'], [{ 'b/error': 0 }]), first])).toBeUndefined();
});

test('an arm that lacks a metric is left out, and a run that does counts for none of its cells', () => {
  const half = arm('half', ['a', 'b'], [{ 'a/score': 45 }]);
  const uneven = arm(
    'uneven',
    ['a', 'b'],
    [{ 'a/score': 60, 'a/error': 4.4, 'b/error': 2.1 }, { 'a/score': 0 }],
  );
  const table = deltaMTable({ ...asked, arms: [...singles, half, uneven] })!;
  expect(table.rows.map(({ header }) => header)).toEqual(['The uneven']);
  expect(table.rows[0].cells[0]).toMatchObject({
    n: 1,
    value: expect.closeTo(-5 / 3, 9) as unknown,
  });
});
