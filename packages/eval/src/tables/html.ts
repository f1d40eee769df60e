import { escapeHtml } from '../report/escape.ts';
import {
  bestCells,
  checkTable,
  DASH,
  differs,
  footnotes,
  formatNumber,
  isMeasured,
  PUBLISHED_MARK,
  type Measured,
  type Table,
  type TableColumn,
} from './table.ts';

/**
 * A table as accessible HTML: `<caption>`, header cells with `scope`, column groups, footnotes after
 * the table. The wrapper can be scrolled by keyboard where the table is wider than the screen.
 *
 * @throws RangeError when the table is incomplete (`checkTable`)
 * @example
 * ```ts
 * import { toHtml } from '@scene-mtl/eval';
 * const html = toHtml({ title: 'a < b', corner: 'Loss', columns: [], rows: [] });
 * html.includes('a &lt; b'); // → true
 * ```
 */
export function toHtml(table: Table): string {
  checkTable(table);
  const best = bestCells(table);
  // Where all is text, a narrow screen shows the cells of a row below each other.
  const texts = table.columns.every(({ kind }) => kind === 'text');
  const rows = table.rows.map((row, r) => {
    const cells = row.cells.map((cell, c) => {
      const column = table.columns[c];
      const classes = [...textClass(column), ...(best[r][c] ? ['best'] : [])];
      const open = `<td${classes.length > 0 ? ` class="${classes.join(' ')}"` : ''}${texts ? ` data-name="${escapeHtml(column.name)}"` : ''}>`;
      if (isMeasured(cell))
        return `${open}${measured(cell, column, { best: best[r][c], differs: differs(table) })}</td>`;
      return `${open}${cell === null ? DASH : escapeHtml(cell)}</td>`;
    });
    const rule = row.ruleAbove ? ' class="rule"' : '';
    return `<tr${rule}><th scope="row">${escapeHtml(row.header)}</th>${cells.join('')}</tr>`;
  });
  const grouped = table.columns.some((c) => c.group);
  const span = grouped ? ' rowspan="2"' : '';
  // A header without text would be read as one.
  const corner =
    table.corner === ''
      ? `<td${span}></td>`
      : `<th scope="col"${span}>${escapeHtml(table.corner)}</th>`;
  const names = table.columns
    .map((c) => `<th scope="col"${c.kind === 'text' ? ' class="text"' : ''}>${heading(c)}</th>`)
    .join('');
  const head = grouped
    ? `<tr>${corner}${groups(table.columns)}</tr><tr>${names}</tr>`
    : `<tr>${corner}${names}</tr>`;
  const notes = footnotes(table).map((note) => `<p class="note">${escapeHtml(note)}</p>`);
  return [
    // A group and no landmark: a page has many, some of one title.
    `<div class="scroll" role="group" tabindex="0" aria-label="${escapeHtml(table.title)}">`,
    `<table${texts ? ' class="texts"' : ''}><caption>${escapeHtml(table.title)}</caption>`,
    `<thead>${head}</thead>`,
    `<tbody>${rows.join('\n')}</tbody></table></div>`,
    ...notes,
  ].join('\n');
}

const textClass = ({ kind }: TableColumn): string[] => (kind === 'text' ? ['text'] : []);

function measured(
  cell: Measured,
  { decimals }: TableColumn,
  { best, differs: why }: { readonly best: boolean; readonly differs: string },
): string {
  const value = formatNumber(cell.value, decimals);
  const sd =
    cell.sd === undefined || value === DASH
      ? ''
      : ` <span class="sd">± ${formatNumber(cell.sd, decimals)}</span>`;
  const ours = best ? `<strong>${value}</strong>${sd}` : value + sd;
  if (cell.published === undefined) return ours;
  const published = formatNumber(cell.published, decimals);
  return `${ours} <span class="published" title="published, ${escapeHtml(why)}">(${published}${PUBLISHED_MARK})</span>`;
}

function heading({ name, unit, better }: TableColumn): string {
  const arrow =
    better === undefined
      ? ''
      : `&nbsp;<abbr title="${better} is better">${better === 'higher' ? '↑' : '↓'}</abbr>`;
  const inUnit = unit ? ` <span class="unit">[${escapeHtml(unit)}]</span>` : '';
  return `${escapeHtml(name)}${inUnit}${arrow}`;
}

/** Cells of the row of group headings, one per run of equal groups. */
function groups(columns: readonly TableColumn[]): string {
  const cells: string[] = [];
  for (let i = 0; i < columns.length;) {
    const group = columns[i].group ?? '';
    let end = i + 1;
    while (end < columns.length && (columns[end].group ?? '') === group) end++;
    cells.push(
      group
        ? `<th scope="colgroup" colspan="${end - i}">${escapeHtml(group)}</th>`
        : `<td colspan="${end - i}"></td>`,
    );
    i = end;
  }
  return cells.join('');
}
