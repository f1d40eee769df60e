import { readFile } from 'node:fs/promises';
import { checkRegular } from './regular.ts';

/**
 * The text of a file, without a byte-order mark.
 * @throws Error naming the file when it cannot be read
 */
export async function readText(file: string): Promise<string> {
  await checkRegular(file);
  try {
    return (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${file}: cannot be read (${code})`, { cause: error });
  }
}

/** An object of a JSON file whose fields nobody has looked at. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * The object that a JSON file holds.
 * @throws Error naming the file when it cannot be read, is no JSON or holds something else
 */
export async function readJson(file: string): Promise<Json> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: is not JSON (${(error as Error).message})`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${file}: expected a JSON object, got ${JSON.stringify(value).slice(0, 40)}`);
  }
  return value as Json;
}
