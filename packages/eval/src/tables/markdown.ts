import { markdownTable } from 'markdown-table';
import {
  bestCells,
  checkTable,
  DASH,
  footnotes,
  formatNumber,
  isMeasured,
  PUBLISHED_MARK,
  type Table,
  type TableColumn,
} from './table.ts';

/**
 * A table as GitHub-flavoured Markdown: bold title, pipe table, footnotes. Headings read
 * `group · name (unit) ↑`; a cell `**63.4 ± 0.2**` or `62.9 ± 0.3 _(63.4†)_`; a missing run is a dash.
 *
 * @throws RangeError when the table is incomplete (`checkTable`)
 * @example
 * ```ts
 * import { toMarkdown } from '@scene-mtl/eval';
 * const columns = [{ name: 'IoU', unit: '%', better: 'higher', decimals: 1 }] as const;
 * const rows = [
 *   { header: 'equal', cells: [{ value: 31.32 }] },
 *   { header: 'learned', cells: [{ value: 44.58 }] },
 * ];
 * const lines = toMarkdown({ title: 'Weights', corner: 'Loss', columns, rows }).split('\n');
 * lines[2]; // → '| Loss    | IoU (%) ↑ |'
 * lines[5]; // → '| learned |  **44.6** |'
 * ```
 */
export function toMarkdown(table: Table): string {
  checkTable(table);
  const best = bestCells(table);
  const head = [table.corner, ...table.columns.map(heading)].map(escape);
  const body = table.rows.map((row, r) => [
    escape(row.header),
    ...row.cells.map((cell, c) => {
      if (!isMeasured(cell)) return cell === null ? DASH : escape(cell);
      const { decimals } = table.columns[c];
      const sd = cell.sd === undefined ? '' : ` ± ${formatNumber(cell.sd, decimals)}`;
      const value = formatNumber(cell.value, decimals);
      const ours = value === DASH ? DASH : `${value}${sd}`;
      const published =
        cell.published === undefined
          ? ''
          : ` _(${formatNumber(cell.published, decimals)}${PUBLISHED_MARK})_`;
      return (best[r][c] ? `**${ours}**` : ours) + published;
    }),
  ]);
  const align = ['l', ...table.columns.map(({ kind }) => (kind === 'text' ? 'l' : 'r'))];
  const grid = markdownTable([head, ...body], { align, stringLength: (s) => [...s].length });
  const notes = footnotes(table).map(escape);
  return (
    [`**${escape(table.title)}**`, grid, notes.join('  \n')].filter(Boolean).join('\n\n') + '\n'
  );
}

/** `group · name (unit) ↑` with the parts that are there. */
function heading({ group, name, unit, better }: TableColumn): string {
  const arrow = better === 'higher' ? ' ↑' : better === 'lower' ? ' ↓' : '';
  return `${group ? `${group} · ` : ''}${name}${unit ? ` (${unit})` : ''}${arrow}`;
}

/** Text that Markdown must not read as markup, on one line. */
function escape(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replace(/[\\|*_`<>[\]]/g, '\\$&');
}
