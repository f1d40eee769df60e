import { didYouMean } from '@scene-mtl/data';
import { wholeFile } from '@scene-mtl/data/files';
import { textOf } from '@scene-mtl/data/json';

/** Largest table that is read, bytes. */
const MAX_BYTES = 2 ** 28;

/** Cells of some columns by the id of their row. */
export type Cells = ReadonlyMap<string, readonly string[]>;

/** A text file. @throws naming it where it cannot be read or is not UTF-8 */
export async function readText(file: string): Promise<string> {
  return textOf(await wholeFile(file, MAX_BYTES), file).replace(/^\ufeff/, '');
}

/**
 * Reads some columns of a CSV file with a head (RFC 4180; commas). Rows of ids that nobody asks for do no harm.
 * @throws naming the file and line: a column that is not there, a row of another length, an id twice
 */
export async function readTable(
  file: string,
  { id, columns }: { readonly id: string; readonly columns: readonly string[] },
): Promise<Cells> {
  const rows = rowsOf(await readText(file), file);
  const head = rows[0]?.cells.map((cell) => cell.trim()) ?? [];
  const [key, ...places] = [id, ...columns].map((name) => {
    const at = head.indexOf(name);
    if (at >= 0) return at;
    throw new Error(`${file}:1: no column '${name}'; ${didYouMean(name, head)}`);
  });
  const found = new Map<string, readonly string[]>();
  for (const { cells, line } of rows.slice(1)) {
    if (cells.length !== head.length) {
      throw new Error(`${file}:${line}: expected ${head.length} cells, got ${cells.length}`);
    }
    const name = cells[key].trim();
    if (found.has(name)) throw new Error(`${file}:${line}: the id '${name}' is there twice`);
    found.set(
      name,
      places.map((place) => cells[place].trim()),
    );
  }
  return found;
}

interface Row {
  readonly cells: string[];
  readonly line: number;
}

/** Rows of a CSV text, empty lines left out. */
function rowsOf(text: string, file: string): Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let line = 1;
  let start = 1;
  const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (CELL.lastIndex < text.length || cells.length > 0) {
    const from = CELL.lastIndex;
    const found = CELL.exec(text);
    if (!found) {
      throw new Error(
        `${file}:${line}: expected cells with commas between, in "…" where they hold a " or a comma`,
      );
    }
    cells.push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    line += text.slice(from, CELL.lastIndex).split('\n').length - 1;
    if (found[3] === ',') continue;
    if (cells.length > 1 || cells[0] !== '') rows.push({ cells, line: start });
    cells = [];
    start = line;
    if (found[3] === '') break;
  }
  return rows;
}
