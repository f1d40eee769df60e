import type { Field } from './field.ts';

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
