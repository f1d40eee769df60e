import { expect, test } from '@jest/globals';
import { flagNumber, flagNumbers } from '../src/index.ts';

test('numbers with commas, each within the limits', () => {
  expect(flagNumbers('0.5, 8', '--widths', { above: 0, to: 8 })).toEqual([0.5, 8]);
  expect(flagNumbers('-1,0,2.5', '--starts', {})).toEqual([-1, 0, 2.5]);
  expect(flagNumbers(undefined, '--starts', {})).toEqual([]);
});

test.each([
  ['1,x', {}, '--n 1,x: expected numbers, got “x”'],
  ['1,,2', {}, '--n 1,,2: expected numbers, got “”'],
  ['Infinity', { above: 0 }, '--n Infinity: expected numbers above 0, got “Infinity”'],
  ['0', { above: 0, to: 8 }, '--n 0: expected numbers above 0 to 8, got “0”'],
  ['9', { above: 0, to: 8 }, '--n 9: expected numbers above 0 to 8, got “9”'],
  ['1', { above: 0, below: 1 }, '--n 1: expected numbers above 0 below 1, got “1”'],
  ['1.5', { whole: true, from: 1 }, '--n 1.5: expected whole numbers from 1, got “1.5”'],
  ['0', { whole: true, from: 1 }, '--n 0: expected whole numbers from 1, got “0”'],
  // 2⁵³: the number after it reads the same.
  ['9007199254740992', { whole: true }, '--n 9007199254740992: expected whole numbers, got'],
] as const)('%s with %j', (value, range, message) => {
  expect(() => flagNumbers(value, '--n', range)).toThrow(message);
});

test('one number, or none', () => {
  expect(flagNumber('3', '--trials', { whole: true })).toBe(3);
  expect(flagNumber(undefined, '--trials', { whole: true })).toBeUndefined();
  expect(() => flagNumber('3,4', '--trials', {})).toThrow('--trials 3,4: expected one number');
});
