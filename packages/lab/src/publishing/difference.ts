import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../specs/json.ts';

/**
 * In what a JSON value differs from another: path → value, keys joined by `.`; empty where they are alike.
 * Objects that lack no key of the base's are compared key by key, all else is taken whole.
 *
 * @example
 * ```ts
 * import { differenceOf } from '@scene-mtl/lab';
 * differenceOf({ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }); // → { 'a.c': 3 }
 * ```
 */
export function differenceOf(base: unknown, value: unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const compare = (from: unknown, to: unknown, path: readonly string[]): void => {
    if (isDeepStrictEqual(from, to)) return;
    if (isObject(from) && isObject(to) && comparable(from, to)) {
      for (const key of Object.keys(to))
        compare(Object.hasOwn(from, key) ? from[key] : undefined, to[key], [...path, key]);
    } else {
      found[path.join('.')] = to;
    }
  };
  compare(base, value, []);
  return found;
}

/** Nothing says that a key is gone; and a path names one place only where no key has a dot or is empty. */
const comparable = (base: object, value: object): boolean =>
  Object.keys(base).every((key) => Object.hasOwn(value, key)) &&
  Object.keys(value).every((key) => key !== '' && !key.includes('.'));

/**
 * The value whose `differenceOf(base, value)` this is.
 * @example
 * ```ts
 * import { withDifference } from '@scene-mtl/lab';
 * withDifference({ a: { b: 1, c: 2 } }, { 'a.c': 3 }); // → { a: { b: 1, c: 3 } }
 * ```
 */
export function withDifference(
  base: unknown,
  difference: Readonly<Record<string, unknown>>,
): unknown {
  return Object.entries(difference).reduce(
    (value, [path, part]) => (path === '' ? part : replaced(value, path.split('.'), part)),
    base,
  );
}

function replaced(value: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
  const inner = isObject(value) ? value : {};
  return {
    ...inner,
    [key]:
      rest.length === 0
        ? part
        : replaced(Object.hasOwn(inner, key) ? inner[key] : undefined, rest, part),
  };
}
