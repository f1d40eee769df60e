import { checkTable, type Table } from './table.ts';

/**
 * A table as JSON, two-space indent, keys in the order of the type; reads back as the same `Table`
 * with one loss: a value that is not finite becomes null (a dash).
 *
 * @throws RangeError when the table is incomplete (`checkTable`)
 * @example
 * ```ts
 * import { toJson } from '@scene-mtl/eval';
 * const rows = [{ header: 'learned', cells: [{ value: 44.58 }, null] }];
 * const json = toJson({ title: 'Weights', corner: 'Loss', columns: [{ name: 'IoU' }, { name: 'px' }], rows });
 * JSON.parse(json).rows[0].cells; // → [{ value: 44.58 }, null]
 * ```
 */
export function toJson(table: Table): string {
  checkTable(table);
  const { title, corner, columns, rows, published, publishedDiffers, notes } = table;
  const written = { title, corner, columns, rows, published, publishedDiffers, notes };
  return `${JSON.stringify(written, null, 2)}\n`;
}
