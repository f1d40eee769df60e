import type { Field, FieldKind } from './field.ts';

/**
 * What a dataset gives for one example: named fields, no tensors. An image is a field; so are 32 numbers.
 *
 * A dataset without some annotation leaves that field out; it never fills in zeros. Annotations have the name of
 * the task that learns from them: `semantic`, `instance`, `depth`, `normals`, …; the photograph is `image`.
 */
export interface Sample {
  /** Name of the example, unique in its dataset (Cityscapes: `city_seq_frame`). */
  readonly id: string;
  readonly fields: Readonly<Record<string, Field>>;
}

/**
 * A field of a sample, or undefined where the sample has none of that name.
 * @throws when it is of another kind
 * @example
 * ```ts
 * import { findField, labelField, labelKind, numbersKind } from '@scene-mtl/data';
 * const sample = { id: 'digit', fields: { digit: labelField(7) } };
 * findField(sample, 'digit', labelKind)?.value; // → 7
 * findField(sample, 'age', numbersKind); // → undefined
 * ```
 */
export function findField<F extends Field>(
  { id, fields }: Sample,
  name: string,
  kind: FieldKind<F>,
): F | undefined {
  const field = fields[name];
  if (field === undefined || field.kind === kind.name) return field as F | undefined;
  throw new Error(
    `sample ${id}: expected field '${name}' of kind '${kind.name}', got kind '${field.kind}'`,
  );
}

/**
 * A field that a sample must have.
 * @throws when it is not there, listing those that are, or is of another kind
 * @example
 * ```ts
 * import { fieldOf, numbersField, numbersKind } from '@scene-mtl/data';
 * const sample = { id: 'row 3', fields: { age: numbersField([41]) } };
 * fieldOf(sample, 'age', numbersKind).data; // → [41]
 * ```
 */
export function fieldOf<F extends Field>(sample: Sample, name: string, kind: FieldKind<F>): F {
  const field = findField(sample, name, kind);
  if (field !== undefined) return field;
  const names = Object.keys(sample.fields).join(', ') || 'none';
  throw new Error(
    `sample ${sample.id}: expected field '${name}' of kind '${kind.name}', which is not among its fields (${names})`,
  );
}

/**
 * The sample with some fields added, or in place of those of the same name.
 * @example
 * ```ts
 * import { labelField, numbersField, withFields } from '@scene-mtl/data';
 * const sample = { id: 'row 3', fields: { age: numbersField([41]) } };
 * Object.keys(withFields(sample, { married: labelField(1) }).fields); // → ['age', 'married']
 * ```
 */
export const withFields = (sample: Sample, fields: Sample['fields']): Sample => ({
  ...sample,
  fields: { ...sample.fields, ...fields },
});
