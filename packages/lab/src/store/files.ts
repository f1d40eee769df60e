import { readFile } from 'node:fs/promises';

/**
 * The parsed content of a JSON file, or undefined where there is none.
 * @example
 * ```ts
 * import { readJsonIfPresent } from '@scene-mtl/lab';
 * await readJsonIfPresent('nowhere.json'); // → undefined
 * ```
 */
export async function readJsonIfPresent(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${path}: cannot be read (${(error as Error).message})`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: not valid JSON; delete it to make it again`, { cause });
  }
}

/** JSON with a fixed order of keys as given, two spaces, one newline at the end. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
