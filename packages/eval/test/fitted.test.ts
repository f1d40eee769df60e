import { expect, test } from '@jest/globals';
import { fittedMarkdown, toMarkdown, type Table } from '../src/index.ts';

const table: Table = {
  title: 'Weights',
  corner: 'Loss',
  columns: ['first', 'second', 'third'].map((name) => ({ name, better: 'higher', decimals: 1 })),
  rows: [
    { header: 'equal', cells: [1, 2, 3].map((value) => ({ value })) },
    { header: 'learned', cells: [2, 1, null].map((value) => (value === null ? null : { value })) },
  ],
  notes: ['Seeds 1.'],
};
const grid = (text: string) => text.split('\n').filter((line) => line.startsWith('|'));

test('a table that fits is as it is', () => {
  // `| Loss    | first ↑ | second ↑ | third ↑ |`: 2 + 7 + 3 + 7 + 3 + 8 + 3 + 7 + 2 = 42.
  expect(fittedMarkdown(table, 42)).toBe(toMarkdown(table));
});

test('one that does not is told in parts, each with the headers, what is below it once', () => {
  const text = fittedMarkdown(table, 41);
  expect(Math.max(...grid(text).map((line) => line.length))).toBeLessThanOrEqual(41);
  expect(grid(text).filter((line) => line.startsWith('| equal'))).toHaveLength(2);
  expect(text.match(/Seeds 1\./g)).toHaveLength(1);
  expect(text).toContain('**Weights, continued**');
  // Every cell once, the best of a column marked as before.
  expect(text.match(/\*\*2\.0\*\*/g)).toHaveLength(2);
});

test('a column is never divided, however narrow the terminal is', () => {
  expect(grid(fittedMarkdown(table, 5)).filter((line) => line.startsWith('| Loss'))).toHaveLength(
    3,
  );
});

test('a table of row headers alone is a table', () => {
  const bare = { ...table, columns: [], rows: [{ header: 'equal', cells: [] }] };
  expect(fittedMarkdown(bare, 1)).toBe(toMarkdown(bare));
});
