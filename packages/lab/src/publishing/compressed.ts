import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

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
 * The value back.
 * @param source named in the error
 */
export function decompressed(bytes: Uint8Array, source: string): unknown {
  try {
    return JSON.parse(brotliDecompressSync(bytes).toString('utf8'));
  } catch (cause) {
    throw new Error(`${source}: expected JSON compressed with brotli; take it from git again`, {
      cause,
    });
  }
}
