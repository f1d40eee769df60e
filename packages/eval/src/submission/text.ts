import { readFile } from 'node:fs/promises';
import { parseJsonFile } from '@scene-mtl/data/json';
import { z } from 'zod';
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
export const readJson = (file: string): Promise<Json> => parseJsonFile(file, object);

const object = z.record(z.string(), z.unknown());
