/** A measured number of a table, with what is known about its spread and its published counterpart. */
export interface Measured {
  /** Mean over runs, in the unit of the column; null where the run was not made. */
  readonly value: number | null;
  /** Sample standard deviation over runs. Absent for a single run. */
  readonly sd?: number;
  /** Number of runs (seeds). */
  readonly n?: number;
  /** The number published for this cell; always shown marked, see `publishedDiffers`. */
  readonly published?: number;
}

/** One cell: a measured number, plain text (a weight, a tick), or null for a dash. */
export type TableCell = Measured | string | null;

/** One column of a `Table`. */
export interface TableColumn {
  readonly name: string;
  /** What its cells hold: numbers stand below each other on the right (default), text on the left, wrapped. */
  readonly kind?: 'number' | 'text';
  /** Heading shared with the neighbouring columns of the same group. */
  readonly group?: string;
  /** Short unit: `%`, `px`, `m⁻¹`. */
  readonly unit?: string;
  /** Which way is better; the best value of a column with a direction is set in bold. */
  readonly better?: 'higher' | 'lower';
  /** Digits after the decimal point (default 2). */
  readonly decimals?: number;
}

/** One row of a `Table`. */
export interface TableRow {
  readonly header: string;
  /** One cell per column. */
  readonly cells: readonly TableCell[];
  /** True keeps the row out of the choice of the best value (a reference, an upper bound). */
  readonly reference?: boolean;
  /** True draws a rule above the row. */
  readonly ruleAbove?: boolean;
}

/** A table as plain data; `toMarkdown`, `toLatex`, `toHtml`, `toCsv` and `toJson` write it. */
export interface Table {
  readonly title: string;
  /** Heading of the column of row headers. */
  readonly corner: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  /** Where the published numbers come from and on which data; required when a cell has one. */
  readonly published?: string;
  /** Why published numbers do not compare with ours (default: another data set). */
  readonly publishedDiffers?: string | undefined;
  /** Data set, resolution, steps, seeds; one line each. */
  readonly notes?: readonly string[];
}

/** Shown where a run was not made. */
export const DASH = '–';

/** Marks a published number; its explanation stands below the table. */
export const PUBLISHED_MARK = '†';

/**
 * Checks that a table is complete.
 * @throws RangeError naming the row or column when a row has not one cell per column, when
 *   `decimals` is not 0 … 12, or when a published number has no `published` source
 */
export function checkTable(table: Table): void {
  const where = `table "${table.title}"`;
  for (const { name, decimals = 2 } of table.columns) {
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > 12) {
      throw new RangeError(`${where}, column "${name}": decimals must be 0 … 12, got ${decimals}`);
    }
  }
  for (const row of table.rows) {
    if (row.cells.length !== table.columns.length) {
      throw new RangeError(
        `${where}, row "${row.header}": expected ${table.columns.length} cells, got ${row.cells.length}`,
      );
    }
    const cited = row.cells.some((cell) => isMeasured(cell) && cell.published !== undefined);
    if (cited && !table.published) {
      throw new RangeError(
        `${where}, row "${row.header}": a published number needs the table's \`published\` field (source and data set)`,
      );
    }
  }
}

/**
 * True for a cell that holds a measurement, as against text or null.
 * @example
 * ```ts
 * import { isMeasured } from '@scene-mtl/eval';
 * isMeasured({ value: 0.5 }); // → true
 * isMeasured(null); // → false
 * ```
 */
export function isMeasured(cell: TableCell): cell is Measured {
  return typeof cell === 'object' && cell !== null;
}

/**
 * The text of one number at a column's precision; a dash for null and what is not finite.
 * @example
 * ```ts
 * import { formatNumber } from '@scene-mtl/eval';
 * formatNumber(0.5, 3); // → '0.500'
 * ```
 */
export function formatNumber(value: number | null | undefined, decimals = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/**
 * Which cells hold the best value of their column, `[rows][columns]`. Compared as printed: rows that
 * print the same number are all best. Columns without a direction, reference rows, missing runs and
 * columns in which all print the same have none; published numbers never take part.
 * @example
 * ```ts
 * import { bestCells } from '@scene-mtl/eval';
 * const columns = [{ name: 'px', better: 'lower' }] as const;
 * const rows = [0.301, 0.32, 0.302].map((value) => ({ header: `${value}`, cells: [{ value }] }));
 * // Two rows print the same best number.
 * bestCells({ title: 'Depth', corner: 'Loss', columns, rows }); // → [[true], [false], [true]]
 * ```
 */
export function bestCells(table: Table): boolean[][] {
  const best = table.rows.map((row) => row.cells.map(() => false));
  table.columns.forEach((column, c) => {
    if (!column.better) return;
    const sign = column.better === 'higher' ? 1 : -1;
    const printed = table.rows.map((row) => {
      const cell = row.cells[c];
      if (row.reference || !isMeasured(cell) || !Number.isFinite(cell.value ?? NaN)) return null;
      return Number((cell.value as number).toFixed(column.decimals ?? 2));
    });
    const numbers = new Set(printed.filter((x) => x !== null));
    if (numbers.size < 2) return;
    const top = sign * Math.max(...[...numbers].map((x) => sign * x));
    printed.forEach((x, r) => (best[r][c] = x === top));
  });
  return best;
}

/**
 * The lines below a table: the published source with its mark, then the notes.
 * @example
 * ```ts
 * import { footnotes } from '@scene-mtl/eval';
 * footnotes({ title: 'Depth', corner: '', columns: [], rows: [], notes: ['One seed.'] }); // → ['One seed.']
 * ```
 */
export function footnotes(table: Table): string[] {
  const source = table.published
    ? [`${PUBLISHED_MARK} Published, not comparable (${differs(table)}): ${table.published}`]
    : [];
  return [...source, ...(table.notes ?? [])];
}

/** Why published numbers do not compare. */
export const differs = ({ publishedDiffers = 'another data set' }: Table): string =>
  publishedDiffers;
