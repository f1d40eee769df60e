import { checkTable, isMeasured, type Table } from './table.ts';

/**
 * A table as CSV (RFC 4180, CRLF): the row header, then four fields per column: value, sd, n and the
 * published number. Numbers are written in full, a missing one is empty; text cells fill the value.
 *
 * @throws RangeError when the table is incomplete (`checkTable`)
 * @example
 * ```ts
 * import { toCsv } from '@scene-mtl/eval';
 * const rows = [{ header: 'learned', cells: [{ value: 44.58, n: 1 }] }];
 * const csv = toCsv({ title: 'Weights', corner: 'Loss', columns: [{ name: 'IoU' }], rows });
 * csv.split('\r\n')[1]; // → 'learned,44.58,,1,'
 * ```
 */
export function toCsv(table: Table): string {
  checkTable(table);
  const head = [
    table.corner,
    ...table.columns.flatMap(({ group, name, unit }) => {
      const title = `${group ? `${group} · ` : ''}${name}${unit ? ` [${unit}]` : ''}`;
      return [title, `${title} sd`, `${title} n`, `${title} published`];
    }),
  ];
  const body = table.rows.map((row) => [
    row.header,
    ...row.cells.flatMap((cell) =>
      isMeasured(cell)
        ? [cell.value, cell.sd, cell.n, cell.published].map(number)
        : [cell ?? '', '', '', ''],
    ),
  ]);
  return [head, ...body].map((fields) => `${fields.map(quote).join(',')}\r\n`).join('');
}

const number = (x: number | null | undefined): string =>
  x === null || x === undefined || !Number.isFinite(x) ? '' : String(x);

const quote = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
