import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { parseJson } from './parse.ts';
import { checkedBy, type Schema } from './schema.ts';

/** Largest JSON file that is read, bytes: more does not fit into a string. */
const MAX_BYTES = 2 ** 29 - 24;

/** How a file of ours is parsed. */
export interface JsonFileOptions {
  /** What to do about a file that is not as expected, at the end of the error. */
  readonly remedy?: string;
}

/**
 * A JSON text, checked: what every file of ours goes through.
 * @param bytes UTF-8, with a byte-order mark or without
 * @param source named in errors
 * @throws one line that names the source and the place or field
 */
export function parseJsonText<T>(
  bytes: Uint8Array | string,
  source: string,
  schema: Schema<T>,
  { remedy }: JsonFileOptions = {},
): T {
  const value = parsed(bytes, source, remedy);
  return checkedBy(schema, value, source, remedy);
}

/**
 * The content of a JSON file, checked.
 * @throws one line that names the file and the place or field: what was expected, what came
 * @example
 * ```ts
 * import { parseJsonFile } from '@scene-mtl/data/json';
 * import { writeFile } from 'node:fs/promises';
 * import { z } from 'zod';
 * await writeFile('timing.json', '{ "seconds": 5 }');
 * await parseJsonFile('timing.json', z.object({ seconds: z.number() })); // → { seconds: 5 }
 * ```
 */
export async function parseJsonFile<T>(
  path: string,
  schema: Schema<T>,
  options?: JsonFileOptions,
): Promise<T> {
  const bytes = await named(path, async () => {
    checkPlain(path, await stat(path));
    return readFile(path);
  });
  return parseJsonText(bytes, path, schema, options);
}

/** The same where the file may be absent: undefined then. */
export async function parseJsonFileIfPresent<T>(
  path: string,
  schema: Schema<T>,
  options?: JsonFileOptions,
): Promise<T | undefined> {
  try {
    return await parseJsonFile(path, schema, options);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** {@link parseJsonFileIfPresent} for callers that cannot wait. */
export function parseJsonFileIfPresentSync<T>(
  path: string,
  schema: Schema<T>,
  options?: JsonFileOptions,
): T | undefined {
  let bytes: Uint8Array;
  try {
    checkPlain(path, statSync(path));
    bytes = readFileSync(path);
  } catch (cause) {
    const error = readError(path, cause);
    if (isAbsent(error)) return undefined;
    throw error;
  }
  return parseJsonText(bytes, path, schema, options);
}

/** Bytes → text. @throws where they are not UTF-8 */
export function textOf(bytes: Uint8Array, source: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new Error(`${source}: expected UTF-8, got UTF-16; save it as UTF-8`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error(`${source}: expected UTF-8 text, got other bytes`, { cause });
  }
}

function parsed(bytes: Uint8Array | string, source: string, remedy: string | undefined): unknown {
  try {
    return parseJson(typeof bytes === 'string' ? bytes : textOf(bytes, source), source);
  } catch (cause) {
    if (remedy === undefined) throw cause;
    throw new Error(`${(cause as Error).message}; ${remedy}`, { cause });
  }
}

/** A pipe or a device would be read for ever. */
function checkPlain(path: string, found: { isFile(): boolean; readonly size: number }): void {
  if (!found.isFile()) throw new Error(`${path}: expected a file`);
  if (found.size > MAX_BYTES) {
    throw new Error(`${path}: expected at most ${MAX_BYTES} bytes of JSON, got ${found.size}`);
  }
}

async function named<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** An error of the file system with the file in front. */
function readError(path: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === undefined
    ? new Error(message, { cause })
    : new Error(`${path}: cannot be read (${code})`, { cause });
}

/** Whether a file was not there, by the error of `parseJsonFile`. */
function isAbsent(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
