import { parseJsonFileIfPresent, type Schema } from '@scene-mtl/data/json';
import { z } from 'zod';

/** What to do about a file that was made of others. */
export const MADE_AGAIN = 'delete it to make it again';

/**
 * The content of a JSON file that a schema accepts, or undefined where there is none.
 * @throws in one line that names file and field
 * @example
 * ```ts
 * import { readJsonIfPresent } from '@scene-mtl/lab';
 * await readJsonIfPresent('nowhere.json'); // → undefined
 * ```
 */
export function readJsonIfPresent(path: string): Promise<unknown>;
export function readJsonIfPresent<T>(path: string, schema: Schema<T>): Promise<T | undefined>;
export function readJsonIfPresent(path: string, schema: Schema<unknown> = z.unknown()) {
  return parseJsonFileIfPresent(path, schema, { remedy: MADE_AGAIN });
}

/** JSON with a fixed order of keys as given, two spaces, one newline at the end. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
