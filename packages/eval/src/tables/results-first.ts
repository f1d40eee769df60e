import type { Table } from './table.ts';

/**
 * A table whose results, the columns of which a direction is better, stand before all else, in their order: on
 * a narrow screen the first columns are those that one sees.
 * @example
 * ```ts
 * import { resultsFirst } from '@scene-mtl/eval';
 * const columns = [{ name: 'weight' }, { name: 'IoU', better: 'higher' }] as const;
 * const rows = [{ header: 'learned', cells: ['✓', { value: 45 }] }];
 * resultsFirst({ title: 't', corner: 'Loss', columns, rows }).columns[0].name; // → 'IoU'
 * ```
 */
export function resultsFirst(table: Table): Table {
  const places = table.columns.map((_, c) => c);
  const order = [
    ...places.filter((c) => table.columns[c].better !== undefined),
    ...places.filter((c) => table.columns[c].better === undefined),
  ];
  return {
    ...table,
    columns: order.map((c) => table.columns[c]),
    rows: table.rows.map((row) => ({ ...row, cells: order.map((c) => row.cells[c]) })),
  };
}
