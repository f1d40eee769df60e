import type { Field, FieldKind } from '../field.ts';
import { defineFieldKind } from '../registry.ts';

/** One class for the whole example. */
export interface LabelField extends Field {
  readonly kind: 'label';
  /** Class number from 0. */
  readonly value: number;
  /**
   * The part of the picture that it tells of, in words (`the upper left digit`): such a label has no
   * mirror image and no crop. Absent: the whole picture, of which a mirror and a crop change nothing.
   */
  readonly place?: string;
}

/** Class numbers. */
export const labelKind: FieldKind<LabelField> = defineFieldKind<LabelField>({
  name: 'label',
  flip: (label) => whole(label, 'a mirror'),
  crop: (label) => whole(label, 'a crop'),
  resize: (label) => label,
});

function whole(label: LabelField, change: string): LabelField {
  if (label.place === undefined) return label;
  throw new Error(
    `it tells of ${label.place}, which is elsewhere or gone after ${change}; leave ${change} out for this data, or drop the field first`,
  );
}

/**
 * A class number as a field; with a place, of that part of the picture alone.
 * @example
 * ```ts
 * import { labelField } from '@scene-mtl/data';
 * labelField(3, 'the upper left digit'); // → { kind: 'label', value: 3, place: 'the upper left digit' }
 * ```
 */
export const labelField = (value: number, place?: string): LabelField => ({
  kind: 'label',
  value,
  ...(place !== undefined && { place }),
});
