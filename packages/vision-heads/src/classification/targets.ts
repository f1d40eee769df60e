import type { TargetEncoder } from '@scene-mtl/core';
import { fieldOf, labelKind } from '@scene-mtl/data';
import { annotationIn, fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of a class for the whole example, `[1]`.
 * @param field of kind `label`; the task has its name
 * @param classes number of classes, from 2
 */
export function labelTargets(field: string, classes: number): TargetEncoder {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new Error(`${field}: expected 2 or more classes, got ${classes}`);
  }
  return {
    name: field,
    targetChannels: 1,
    places: () => [],
    has: ({ fields }) => fields[field] !== undefined,
    encode(sample) {
      const { value } = fieldOf(sample, field, labelKind);
      if (!Number.isInteger(value) || value < 0 || value >= classes) {
        throw new Error(
          `${field}: sample ${sample.id}: expected a class of 0 … ${classes - 1}, got ${value}`,
        );
      }
      return { value: Float32Array.of(value), mask: Float32Array.of(1) };
    },
  };
}

/** Reads each field of kind `label`. */
export const classificationTargetKit: TargetKit = {
  name: 'classification',
  fieldsIn: fieldsOfKind('label'),
  encoder: (data, field) => labelTargets(field, annotationIn(data, field, 'label').classes.length),
};
