import { checkTable, type Table } from './table.ts';

/**
 * A table as JSON, two-space indent, keys in the order of the type; reads back as the same `Table`
 * with one loss: a value that is not finite becomes null (a dash).
 *
 * @throws RangeError when the table is incomplete (`checkTable`)
 */
export function toJson(table: Table): string {
  checkTable(table);
  const { title, corner, columns, rows, published, notes } = table;
  return `${JSON.stringify({ title, corner, columns, rows, published, notes }, null, 2)}\n`;
}
