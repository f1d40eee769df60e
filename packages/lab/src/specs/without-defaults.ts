import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { elementOf, fieldOf, optionOf, unwrapped } from './schema-parts.ts';

/**
 * A value without what its schema would fill in: every key whose value equals the schema's default goes, in
 * objects at any depth. What is left says how the value differs from the plain one, so that a new option with
 * a default changes nothing that was said before.
 *
 * Keys that the schema does not know, and values that have no default, stay. Parts that were left out of the
 * value stay out.
 *
 * @param value what the schema accepts, before or after parsing
 *
 * @example
 * ```ts
 * import { withoutDefaults } from '@scene-mtl/lab';
 * import { z } from 'zod';
 * const schema = z.object({ steps: z.number(), zoom: z.number().default(1) });
 * withoutDefaults(schema, { steps: 5, zoom: 1 }); // → { steps: 5 }
 * withoutDefaults(schema, { steps: 5, zoom: 2 }); // → { steps: 5, zoom: 2 }
 * ```
 */
export function withoutDefaults(schema: z.ZodType, value: unknown): unknown {
  const bare = unwrapped(schema);
  if (Array.isArray(value)) {
    return value.map((one, i) => {
      const element = elementOf(bare, i);
      return element ? withoutDefaults(element, one) : (one as unknown);
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  if (bare instanceof z.ZodUnion) {
    const option = optionOf(bare, value);
    return option ? withoutDefaults(option, value) : value;
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const known = fieldOf(bare, key);
      if (!known) return [[key, inner]];
      const kept = withoutDefaults(known, inner);
      const standard = defaultOf(known);
      return standard && canonicalJson(kept) === canonicalJson(standard.value) ? [] : [[key, kept]];
    }),
  );
}

/** The default of a field, reduced as the values that are compared with it; undefined where it has none. */
function defaultOf(schema: z.ZodType): { value: unknown } | undefined {
  if (schema instanceof z.ZodDefault) {
    return { value: withoutDefaults(schema, schema.def.defaultValue) };
  }
  return schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly
    ? defaultOf(schema.def.innerType as z.ZodType)
    : undefined;
}
