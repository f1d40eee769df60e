import type { Field, FieldKind } from '../field.ts';
import { defineFieldKind } from '../registry.ts';

/** Numbers for the whole example: the input of a table, the target of a regression. */
export interface NumbersField extends Field {
  readonly kind: 'numbers';
  /** `f32 [N]`. */
  readonly data: Float32Array;
  /** What a mirror of the picture does to them; absent: nobody has said, so there is none. */
  readonly mirror?: 'same' | 'negated';
}

/**
 * Numbers. A steering angle changes its sign in a mirror and an age does not, so a mirror needs to be
 * told; a part of the picture has no number of the whole.
 */
export const numbersKind: FieldKind<NumbersField> = defineFieldKind<NumbersField>({
  name: 'numbers',
  flip(field) {
    if (field.mirror === 'same') return field;
    // 0 − x and not −x: a mirror makes no −0.
    if (field.mirror === 'negated') return { ...field, data: field.data.map((x) => 0 - x) };
    throw new Error(
      `nobody has said what a mirror does to these numbers; give the field mirror: 'same' or 'negated', or leave the mirror out`,
    );
  },
  crop() {
    throw new Error(
      'numbers of the whole picture say nothing of a part of it; leave the crop out, or drop the field first',
    );
  },
  resize: (field) => field,
});

/**
 * Numbers as a field.
 * @example
 * ```ts
 * import { numbersField, numbersKind } from '@scene-mtl/data';
 * const steering = numbersField([0.25], 'negated');
 * numbersKind.flip(steering, { height: 60, width: 80 }).data; // → [-0.25]
 * ```
 */
export const numbersField = (
  data: Iterable<number>,
  mirror?: NumbersField['mirror'],
): NumbersField => ({ kind: 'numbers', data: Float32Array.from(data), ...(mirror && { mirror }) });
