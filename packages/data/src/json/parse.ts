import { quoted } from './quoted.ts';

/** Deepest nesting that is read: what goes deeper is no file of ours, and would end the stack of what walks it. */
export const MAX_DEPTH = 200;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON refuses them.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS: Readonly<Record<string, readonly [string, unknown]>> = {
  t: ['true', true],
  f: ['false', false],
  n: ['null', null],
};

/**
 * A JSON text as `JSON.parse` reads it, but the place of a fault is named, and what two readers would understand
 * differently is refused: a key that is given twice, the key `__proto__`. A byte-order mark is skipped.
 * @param source named in errors
 * @param line number of the text's first line, where it is one of many
 * @throws `<source>:<line>:<column>: expected …, got …`, in one line
 * @example
 * ```ts
 * import { parseJson } from '@scene-mtl/data/json';
 * parseJson('{ "steps": 5 }', 'config.json'); // → { steps: 5 }
 * ```
 */
export function parseJson(text: string, source: string, line = 1): unknown {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let depth = 0;

  const fail = (what: string, place = at): never => {
    const before = text.slice(0, place).split('\n');
    const column = before[before.length - 1].replace('\ufeff', '').length + 1;
    throw new Error(`${source}:${line + before.length - 1}:${column}: ${what}`);
  };
  const expected = (what: string): never => fail(`expected ${what}, got ${shown(text, at)}`);
  const matched = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const next = (): string => {
    matched(SPACE);
    return text[at] ?? '';
  };

  const string = (): string => {
    const start = at++;
    let escaped = false;
    for (;;) {
      matched(PLAIN);
      if (text[at] === '"') break;
      if (text[at] !== '\\') return expected('the end of a text, "');
      if (matched(ESCAPE) === '') return expected('an escape such as \\n');
      escaped = true;
    }
    at++;
    // The pieces are checked, so this cannot fail.
    return escaped ? (JSON.parse(text.slice(start, at)) as string) : text.slice(start + 1, at - 1);
  };

  const object = (): Record<string, unknown> => {
    const result: Record<string, unknown> = {};
    at++;
    if (next() === '}') return result;
    for (;;) {
      if (next() !== '"') return expected('a key in "…"');
      const place = at;
      const key = string();
      if (key === '__proto__') return fail('the key "__proto__" is not taken; rename it', place);
      if (Object.hasOwn(result, key)) {
        return fail(`the key ${quoted(key)} is there twice; leave one`, place);
      }
      if (next() !== ':') return expected(`: after the key ${quoted(key)}`);
      at++;
      result[key] = value();
      if (next() === '}') return result;
      if (text[at] !== ',') return expected(', or }');
      at++;
    }
  };

  const array = (): unknown[] => {
    const result: unknown[] = [];
    at++;
    if (next() === ']') return result;
    for (;;) {
      result.push(value());
      if (next() === ']') return result;
      if (text[at] !== ',') return expected(', or ]');
      at++;
    }
  };

  const value = (): unknown => {
    const first = next();
    if (first === '"') return string();
    if (first === '{' || first === '[') {
      if (++depth > MAX_DEPTH) return fail(`nested more than ${MAX_DEPTH} deep`);
      const result = first === '{' ? object() : array();
      at++;
      depth--;
      return result;
    }
    const [word, meaning] = WORDS[first] ?? ['', undefined];
    if (word !== '' && text.startsWith(word, at)) {
      at += word.length;
      return meaning;
    }
    const number = matched(NUMBER);
    return number === '' ? expected('a JSON value') : Number(number);
  };

  const result = value();
  if (next() !== '') expected('nothing more');
  return result;
}

/** What stands at a place. */
const shown = (text: string, at: number): string =>
  at >= text.length ? 'the end' : quoted(String.fromCodePoint(text.codePointAt(at)!));
