import type { Schema } from '@scene-mtl/data/json';
import { z } from 'zod';

/** A schema without what says only that a value may be absent or null, or is not to be changed. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
    ? unwrapped(schema.def.innerType as z.ZodType)
    : schema;
}

/** The schema of a key of an object. */
export function fieldOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  if (schema instanceof z.ZodRecord) return schema.def.valueType as z.ZodType;
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape = schema.def.shape as Readonly<Record<string, z.ZodType>>;
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** The schema of an entry of a list. */
export function elementOf(schema: z.ZodType, index: number): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.def.element as z.ZodType;
  if (!(schema instanceof z.ZodTuple)) return undefined;
  return (schema.def.items[index] ?? schema.def.rest ?? undefined) as z.ZodType | undefined;
}

/** The option of a union that a value is of: by its discriminator where there is one, else the first that fits. */
export function optionOf(union: z.ZodUnion, value: object): z.ZodType | undefined {
  const options = union.def.options as readonly z.ZodType[];
  if (!(union instanceof z.ZodDiscriminatedUnion)) {
    return options.find((option) => option.safeParse(value).success);
  }
  const { discriminator } = union.def;
  const named = (value as Readonly<Record<string, unknown>>)[discriminator];
  return options.find(
    (option) => fieldOf(unwrapped(option), discriminator)?.safeParse(named).success,
  );
}

/**
 * The keys that an object may have, by where it stands in a value; none where the schema lists none.
 * @example
 * ```ts
 * import { keysAt } from '@scene-mtl/lab';
 * import { z } from 'zod';
 * const schema = z.object({ training: z.object({ steps: z.number(), seed: z.number() }) });
 * keysAt(schema, { training: { stepz: 1 } }, ['training']); // → ['steps', 'seed']
 * ```
 */
export function keysAt(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): string[] {
  let bare = unwrapped(schema);
  if (bare instanceof z.ZodUnion && typeof value === 'object' && value !== null) {
    bare = unwrapped(optionOf(bare, value) ?? bare);
  }
  const [key, ...rest] = path;
  if (key === undefined) return bare instanceof z.ZodObject ? Object.keys(bare.def.shape) : [];
  const inner = typeof key === 'number' ? elementOf(bare, key) : fieldOf(bare, String(key));
  const part = (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
  return inner ? keysAt(inner, part, rest) : [];
}

/** A schema whose faults say, of a key that is not known, which ones are. */
export const sayingKeys = <T>(schema: z.ZodType<T>): Schema<T> => ({
  safeParse(value) {
    const checked = schema.safeParse(value);
    if (checked.success) return checked;
    const issues = checked.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? { ...issue, known: keysAt(schema, value, issue.path) }
        : issue,
    );
    return { success: false, error: { issues } };
  },
});
