/**
 * A value as JSON, so that a terminal can show it: control characters are escaped, those beyond ASCII too.
 * @example
 * ```ts
 * import { quoted } from '@scene-mtl/data/json';
 * quoted('a\u001b[31m'); // → '"a\\u001b[31m"'
 * ```
 */
export const quoted = (value: unknown): string =>
  // What JSON has not, such as undefined, by its kind.
  (JSON.stringify(value) ?? typeof value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A name as it is, or quoted where it would not be seen or could be taken for something else. */
export const shownName = (name: string): string => (/^[\w./:-]+$/.test(name) ? name : quoted(name));
