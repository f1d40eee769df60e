/** What no shell takes for anything but itself. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/**
 * Words as one types them into a POSIX shell to get the same words again: what a shell would read otherwise
 * stands in single quotes (a quote itself as `'\''`), with C escapes (`$'\n'`) where a word has control characters.
 * @example
 * ```ts
 * import { shellWords } from '@scene-mtl/data';
 * shellWords(['--set', 'seeds=[1, 2]', '--name', "it's"]); // → "--set 'seeds=[1, 2]' --name 'it'\\''s'"
 * ```
 */
export const shellWords = (words: readonly string[]): string => words.map(quoted).join(' ');

function quoted(word: string): string {
  if (PLAIN.test(word)) return word;
  // A terminal that shows the line must not be told anything by it.
  if (CONTROL.test(word)) return `$'${word.replace(CONTROLS, escaped)}'`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x1f\x7f-\x9f'\\]/g;

function escaped(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  const code = char.charCodeAt(0);
  if (char === "'" || char === '\\') return `\\${char}`;
  return code < 0x80
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
