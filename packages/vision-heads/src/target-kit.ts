import type { TargetEncoder } from '@scene-mtl/core';
import {
  annotatedAs,
  type Annotated,
  type AnnotationKind,
  type AnnotationOf,
} from '@scene-mtl/data';

/** What decides the shape of heads and targets: a part of every data set, kept with every run. */
export type KitData = Annotated;

/** The part of a task kit that a thread which makes batches needs: no tensors. */
export interface TargetKit {
  /** Name of the kit and, where the data has its field under the usual name, of field and task. */
  readonly name: string;
  /** The fields of some data that it can learn from: a task for each, by the field's name. */
  fieldsIn(data: KitData): readonly string[];
  /**
   * How the target of the task of a field is made.
   * @param field one of `fieldsIn(data)`
   */
  encoder(data: KitData, field: string): TargetEncoder;
}

/** `fieldsIn` of a kit that learns from every field of a kind. */
export const fieldsOfKind =
  (kind: AnnotationKind): TargetKit['fieldsIn'] =>
  (data) =>
    Object.keys(annotatedAs(data, kind));

/**
 * What some data says of a field.
 * @throws where it says nothing of this kind
 */
export function annotationIn<K extends AnnotationKind>(
  data: KitData,
  field: string,
  kind: K,
): AnnotationOf<K> {
  const all = annotatedAs(data, kind);
  if (Object.hasOwn(all, field)) return all[field];
  throw new Error(`${field}: expected data with a field '${field}' of kind '${kind}'`);
}

/**
 * Whether a field is that of a driving scene under its usual name, whose values are Cityscapes' own
 * (`annotationsOf`): official ids and metrics apply to no other.
 */
export const isUsual = ({ annotations = {} }: KitData, field: string): boolean =>
  !Object.hasOwn(annotations, field);
