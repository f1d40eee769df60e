import { readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Row } from './row.ts';

/** What was measured so far, a line of JSON each: the machine, then the programs in the order of the page. */
const FILE = fileURLToPath(new URL('../results/compatibility.jsonl', import.meta.url));

/** Processor, threads and versions, by name. */
export type Machine = Readonly<Record<string, string>>;

/** A machine and its rows. */
export interface Measured {
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

/** What was measured, undefined before anything was. @throws when the file is damaged */
export async function readMeasured(): Promise<Measured | undefined> {
  let text: string;
  try {
    text = await readFile(FILE, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const lines = text.split('\n').filter((line) => line !== '');
  const [machine, ...rows] = lines.map((line, i): unknown => {
    try {
      return JSON.parse(line);
    } catch (error) {
      throw new Error(
        `${FILE}:${i + 1}: not JSON (${(error as Error).message}); mend or delete the line`,
        { cause: error },
      );
    }
  });
  return { machine: machine as Machine, rows: rows as Row[] };
}

/**
 * Writes what was measured, whole or not at all.
 * @param order ids in the order of the page; rows of others are left out
 */
export async function writeMeasured(
  { machine, rows }: Measured,
  order: readonly string[],
): Promise<void> {
  const sorted = order.flatMap((id) => rows.filter((row) => row.id === id));
  const text = [machine, ...sorted].map((line) => `${JSON.stringify(line)}\n`).join('');
  const draft = `${FILE}.${process.pid}.tmp`;
  await writeFile(draft, text);
  await rename(draft, FILE);
}
