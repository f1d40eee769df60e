import { toMarkdown } from './markdown.ts';
import type { Table } from './table.ts';

/**
 * A table as Markdown whose lines of cells are no longer than a terminal is wide: where they would be, its columns
 * stand below one another in several tables, each with the headers of the rows. One column is never divided.
 * @param width characters
 * @example
 * ```ts
 * import { fittedMarkdown } from '@scene-mtl/eval';
 * const columns = [{ name: 'IoU' }, { name: 'error' }];
 * const rows = [{ header: 'equal', cells: [{ value: 31 }, { value: 4 }] }];
 * const lines = fittedMarkdown({ title: 'Weights', corner: 'Loss', columns, rows }, 20).split('\n');
 * lines.filter((line) => line.startsWith('| Loss')); // → ['| Loss  |   IoU |', '| Loss  | error |']
 * ```
 */
export function fittedMarkdown(table: Table, width: number): string {
  const { length } = table.columns;
  const fits = (from: number, to: number) => widthOf(toMarkdown(part(table, from, to))) <= width;
  const texts: string[] = [];
  for (let from = 0, to = 1; from < length; from = to++) {
    while (to < length && fits(from, to + 1)) to++;
    texts.push(toMarkdown(part(table, from, to)));
  }
  return length === 0 ? toMarkdown(table) : texts.join('\n');
}

/** Some columns; what is said below a table stands below its last part. */
function part(table: Table, from: number, to: number): Table {
  const { title, columns, rows, notes = [] } = table;
  return {
    ...table,
    title: from === 0 ? title : `${title}, continued`,
    columns: columns.slice(from, to),
    rows: rows.map((row) => ({ ...row, cells: row.cells.slice(from, to) })),
    notes: to === columns.length ? notes : [],
  };
}

/** Of the longest line of cells: sentences below break by themselves. */
const widthOf = (text: string): number =>
  Math.max(
    0,
    ...text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => [...line].length),
  );
