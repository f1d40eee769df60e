import { fittedMarkdown, toMarkdown, type Table } from '@scene-mtl/eval';

/** A table for standard output: fitted to the width of a terminal, whole for a file or a pipe. */
export const tableText = (
  table: Table,
  { isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout,
): string => (isTTY && columns > 0 ? fittedMarkdown(table, columns) : toMarkdown(table));
