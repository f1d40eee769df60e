import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { parseJsonText, type Schema } from '@scene-mtl/data/json';

/** Longest JSON that fits into a string, bytes. */
const MAX_BYTES = 2 ** 29 - 24;

/** A JSON value → brotli of its text. The same value, its keys in the same order, gives the same bytes. */
export function compressed(value: unknown): Uint8Array {
  const text = Buffer.from(JSON.stringify(value));
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
}

/**
 * The value back, checked.
 * @param source named in the error
 */
export function decompressed<T>(bytes: Uint8Array, source: string, schema: Schema<T>): T {
  let text: Uint8Array;
  try {
    text = brotliDecompressSync(bytes, { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    throw new Error(`${source}: expected JSON compressed with brotli; take it from git again`, {
      cause,
    });
  }
  return parseJsonText(text, source, schema);
}
