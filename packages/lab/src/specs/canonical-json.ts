/**
 * A value as JSON that does not depend on the order of keys: those of every object are sorted, and what is
 * undefined is left out. The order of arrays stays.
 *
 * @example
 * ```ts
 * import { canonicalJson } from '@scene-mtl/lab';
 * canonicalJson({ b: 1, a: [2, undefined], c: undefined }); // → '{"a":[2,null],"b":1}'
 * ```
 */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
