import { isMeasured, type Table, type TableCell } from '@scene-mtl/eval';
import type { Artefacts } from '../experiment/artefacts.ts';

/**
 * A page of published results without rows that hold nothing: an experiment may share a few runs with another that
 * was run, and rows of dashes would bury what those say. What is left out is named: rows in a note below their
 * table, whole tables in the lead.
 */
export function withRunRows(artefacts: Artefacts): Artefacts {
  const all = artefacts.tables.map(({ name, table }) => ({ name, table: runRows(table) }));
  const tables = all.filter(({ table }) => table.rows.length > 0);
  const gone = all.flatMap(({ table }) => (table.rows.length > 0 ? [] : [table.title]));
  const lead =
    gone.length > 0
      ? `${artefacts.lead} Tables without a number are left out: ${gone.join('; ')}.`
      : artefacts.lead;
  return { ...artefacts, lead, tables };
}

/** The rows that hold something, and a note that names the others. */
function runRows(table: Table): Table {
  const rows = table.rows.filter(({ cells }) => cells.some(holdsSomething));
  const gone = table.rows.filter((row) => !rows.includes(row));
  if (gone.length === 0) return table;
  const note = `Rows without a number are left out: ${gone.map(({ header }) => header).join('; ')}.`;
  return { ...table, rows, notes: [...(table.notes ?? []), note] };
}

/** A number of ours or a published one, or text. */
const holdsSomething = (cell: TableCell): boolean =>
  isMeasured(cell) ? cell.value !== null || cell.published !== undefined : cell !== null;
