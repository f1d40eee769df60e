import type { Target, TargetEncoder } from '@scene-mtl/core';
import { classesKind, fieldOf, findField, VOID, type ClassMap, type Sample } from '@scene-mtl/data';
import { annotationIn, fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of classes of pixels: `[H, W, 1]`; void pixels are masked.
 * @param classes number of training classes, 2 … 255
 * @param field of kind `classes`; the task has its name
 */
export function semanticTargets(classes: number, field = 'semantic'): TargetEncoder {
  if (!Number.isInteger(classes) || classes < 2 || classes > VOID) {
    throw new Error(`${field}: expected 2 … ${VOID} classes, got ${classes}`);
  }
  return {
    name: field,
    targetChannels: 1,
    has: (sample) => classMapOf(sample, field) !== undefined,
    encode: (sample) => encodeClasses(sample, classes, field),
  };
}

function encodeClasses(sample: Sample, classes: number, field: string): Target {
  const { data: labels } = fieldOf(sample, field, classesKind);
  const value = new Float32Array(labels.length);
  const mask = new Float32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === VOID) continue;
    if (labels[i] >= classes) {
      throw new Error(
        `${field}: sample ${sample.id} pixel ${i}: expected a class below ${classes} or ${VOID}, ` +
          `got ${labels[i]}; map label ids to training ids first`,
      );
    }
    value[i] = labels[i];
    mask[i] = 1;
  }
  return { value, mask };
}

/** Classes of the pixels of a sample, or undefined where it has none. */
export const classMapOf = (sample: Sample, field = 'semantic'): ClassMap | undefined =>
  findField(sample, field, classesKind);

/** Reads each field of kind `classes`. */
export const semanticTargetKit: TargetKit = {
  name: 'semantic',
  fieldsIn: fieldsOfKind('classes'),
  encoder: (data, field) =>
    semanticTargets(annotationIn(data, field, 'classes').classes.length, field),
};
