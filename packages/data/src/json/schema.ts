import { didYouMean } from '../did-you-mean.ts';
import { quoted } from './quoted.ts';

/** One fault that a schema found; zod's issues are of this form. */
export interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What checks a value and says its type: every schema of zod is one. */
export interface Schema<T> {
  /** The value as it is to be taken, or what is wrong with it. */
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

/** Faults that are listed; a file of another kind has too many to be read. */
const LISTED = 3;

/**
 * A value that a schema accepts.
 * @param source named in the error: a file, or `file:line`
 * @param remedy what to do, where it is not plain
 * @throws `<source>: <field>: expected …, got …`, further faults after a semicolon, in one line
 * @example
 * ```ts
 * import { checkedBy } from '@scene-mtl/data/json';
 * import { z } from 'zod';
 * checkedBy(z.object({ steps: z.number() }), { steps: 5 }, 'config.json'); // → { steps: 5 }
 * ```
 */
export function checkedBy<T>(
  schema: Schema<T>,
  value: unknown,
  source: string,
  remedy?: string,
): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const texts = checked.error.issues.flatMap((issue) => faults(issue, value, []));
  const more = texts.length > LISTED ? [`and ${texts.length - LISTED} more`] : [];
  const text = [...texts.slice(0, LISTED), ...more].join('; ');
  throw new Error(`${source}: ${text}${remedy === undefined ? '' : `; ${remedy}`}`);
}

/**
 * A schema that checks only: its values are those that were given, the order of keys and unknown ones included,
 * and nothing is filled in.
 */
export const unchanged = <T>(schema: Schema<unknown>): Schema<T> => ({
  safeParse(value) {
    const checked = schema.safeParse(value);
    return checked.success ? { success: true, data: value as T } : checked;
  },
});

/** What zod adds to an issue, by its code. */
interface Details {
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly keys?: readonly string[];
  /** The keys that are known where another stands; not of zod. */
  readonly known?: readonly string[];
  readonly origin?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
  readonly errors?: readonly (readonly Issue[])[];
  readonly options?: readonly unknown[];
  readonly issues?: readonly Issue[];
}

function faults(issue: Issue, root: unknown, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  const { errors, keys, known = [] } = issue as Details;
  if (errors && errors.length > 0) {
    // The alternative that came farthest is the one that was meant.
    const depth = (of: readonly Issue[]) => Math.max(...of.map((one) => one.path.length));
    const meant = [...errors].sort((a, b) => depth(b) - depth(a))[0];
    if (depth(meant) > 0) return meant.flatMap((inner) => faults(inner, root, path));
    const any = [...new Set(errors.flat().map(expectation))].join(' or ');
    return [`${fieldName(path)}expected ${any}, got ${got(root, path)}`];
  }
  if (keys) {
    const names = keys.map(quoted).join(', ');
    const meant = known.length > 0 ? `, ${didYouMean(keys[0], known)}` : '';
    return [`${fieldName(path)}unknown key${keys.length > 1 ? 's' : ''} ${names}${meant}`];
  }
  return [`${fieldName(path)}expected ${expectation(issue)}, got ${got(root, path)}`];
}

const NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
};

/** What would have been right. */
function expectation(issue: Issue): string {
  const { expected, values, options, origin, minimum, maximum, inclusive } = issue as Details;
  const list = values ?? options;
  if (list) return list.map(quoted).join(' or ');
  const unit = { string: ' characters', array: ' items' }[origin ?? ''] ?? '';
  if (minimum !== undefined) {
    return unit ? `at least ${minimum}${unit}` : `a number ${inclusive ? '≥' : '>'} ${minimum}`;
  }
  if (maximum !== undefined) {
    return unit ? `at most ${maximum}${unit}` : `a number ${inclusive ? '≤' : '<'} ${maximum}`;
  }
  if (issue.code === 'invalid_type' && expected) return NAMES[expected] ?? expected;
  if (issue.code === 'invalid_format')
    return `a text of the form ${(issue as { pattern?: string }).pattern}`;
  return issue.message;
}

/** `training.steps: `, `seeds[2]: `; nothing for the whole. */
function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '';
  const parts = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    return /^[\w-]+$/.test(String(key)) ? `.${String(key)}` : `[${quoted(String(key))}]`;
  });
  return `${parts.join('').replace(/^\./, '')}: `;
}

/** The value at a path as JSON, cut where it is long. */
function got(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const key of path) {
    const inside = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    value = inside ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : quoted(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
