import { expect, test } from '@jest/globals';
import { averages } from '../src/training/averages.ts';

test('means are over the values given, and over labelled batches for losses', () => {
  const means = averages();
  means.add({ total: 1, 'loss/a': 4, 'present/a': 1, gradientNorm: 7 });
  means.add({ total: 2, 'loss/a': 0, 'present/a': 0 });
  means.add({ total: 6, 'loss/a': 2, 'present/a': 1 });
  expect(means.take()).toEqual({ total: 3, 'loss/a': 3, 'present/a': 2 / 3, gradientNorm: 7 });
  expect(means.take()).toEqual({});
  means.add({ 'loss/a': 0, 'present/a': 0 });
  expect(means.take()['loss/a']).toBeNaN();
});

test('pending sums continue after a round trip through JSON, bit by bit', () => {
  const whole = averages();
  const first = averages();
  for (const value of [0.1, 0.2]) for (const m of [whole, first]) m.add({ total: value });
  const second = averages(
    JSON.parse(JSON.stringify(first.pending())) as ReturnType<typeof first.pending>,
  );
  for (const m of [whole, second]) m.add({ total: 0.3 });
  expect(second.take()).toEqual(whole.take());
});
