import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { encode } from 'fast-png';

const roots: string[] = [];
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

/** File name → PNG pixels [3 × 4], other bytes or text. */
export type Files = Record<string, Uint8Array | Uint16Array | string | Buffer>;

/** A folder with the given files, removed after the tests. */
export function folder(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'eval-submission-'));
  roots.push(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    const raw = typeof content === 'string' || Buffer.isBuffer(content);
    writeFileSync(join(root, name), raw ? content : png(content));
  }
  return root;
}

/** A grey or RGB PNG of the given samples. */
export function png(data: Uint8Array | Uint16Array, width = 4, channels = 1): Buffer {
  const depth = data instanceof Uint16Array ? 16 : 8;
  const height = data.length / width / channels;
  return Buffer.from(encode({ width, height, channels, depth, data }));
}

export const frame = 'ulm_000000_000019';
/** Four by three pixels of road. */
export const road = new Uint8Array(12).fill(7);

/** The message of the error a scorer ends with. */
export async function message(scoring: Promise<unknown>): Promise<string> {
  try {
    await scoring;
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
}
