import type { TargetEncoder } from '@scene-mtl/core';

/** What the numbers of a map of classes mean. */
export interface KitLegend {
  /** Class names by training id. */
  readonly classes: readonly string[];
  /** RGB, 0–255, by training id. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** Training ids of the classes whose objects are told apart. */
  readonly instanceClasses: readonly number[];
}

/** What decides the shape of heads and targets: a part of every data set, kept with every run. */
export interface KitData {
  /** Names of the annotated fields of its samples. */
  readonly fields: readonly string[];
  /** Classes of the pixels; absent where the data has none. */
  readonly legend?: KitLegend | undefined;
  /** Class names of each field of kind `label`, by the field's name. */
  readonly labels?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Length of each field of kind `numbers` that is to be predicted, by the field's name. */
  readonly numbers?: Readonly<Record<string, number>> | undefined;
}

/** The part of a task kit that a thread which makes batches needs: no tensors. */
export interface TargetKit {
  /** Name of the kit and, where it learns from one field of the same name, of field and task. */
  readonly name: string;
  /** The fields of some data that it can learn from: a task for each, by the field's name. */
  fieldsIn(data: KitData): readonly string[];
  /**
   * How the target of the task of a field is made.
   * @param field one of `fieldsIn(data)`
   */
  encoder(data: KitData, field: string): TargetEncoder;
}

/** `fieldsIn` of a kit that learns from the map of its own name. */
export const ownField =
  (name: string): TargetKit['fieldsIn'] =>
  ({ fields }) =>
    fields.includes(name) ? [name] : [];

/**
 * The legend of some data.
 * @throws naming the task that needs it where there is none
 */
export function legendFor(task: string, { legend }: KitData): KitLegend {
  if (legend) return legend;
  throw new Error(`${task}: expected data with names of the classes of its pixels`);
}
