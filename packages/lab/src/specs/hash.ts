import { createHash } from 'node:crypto';

/** First 16 hex digits of the SHA-256 of a value's JSON. */
export const hashOf = (value: unknown): string => hashOfText(JSON.stringify(value));

/**
 * First 16 hex digits of the SHA-256 of a text.
 * @example
 * ```ts
 * import { hashOfText } from '@scene-mtl/lab';
 * // SHA-256 of the empty text begins with e3b0c442.
 * hashOfText(''); // → 'e3b0c44298fc1c14'
 * ```
 */
export const hashOfText = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);
