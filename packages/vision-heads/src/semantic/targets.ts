import type { Target, TargetEncoder } from '@scene-mtl/core';
import { classesKind, fieldOf, findField, VOID, type ClassMap, type Sample } from '@scene-mtl/data';
import { legendFor, ownField, type TargetKit } from '../target-kit.ts';

/**
 * Targets of `semantic`: the class of each pixel, `[H, W, 1]`; void pixels are masked.
 * @param classes number of training classes, 2 … 255
 */
export function semanticTargets(classes: number): TargetEncoder {
  if (!Number.isInteger(classes) || classes < 2 || classes > VOID) {
    throw new Error(`semantic: expected 2 … ${VOID} classes, got ${classes}`);
  }
  return {
    name: 'semantic',
    targetChannels: 1,
    has: (sample) => classMapOf(sample) !== undefined,
    encode: (sample) => encodeClasses(sample, classes),
  };
}

function encodeClasses(sample: Sample, classes: number): Target {
  const { data: labels } = fieldOf(sample, 'semantic', classesKind);
  const value = new Float32Array(labels.length);
  const mask = new Float32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === VOID) continue;
    if (labels[i] >= classes) {
      throw new Error(
        `semantic: sample ${sample.id} pixel ${i}: expected a class below ${classes} or ${VOID}, ` +
          `got ${labels[i]}; map label ids to training ids first`,
      );
    }
    value[i] = labels[i];
    mask[i] = 1;
  }
  return { value, mask };
}

/** Classes of the pixels of a sample: its field `semantic`, or undefined where it has none. */
export const classMapOf = (sample: Sample): ClassMap | undefined =>
  findField(sample, 'semantic', classesKind);

/** Reads the field `semantic`. */
export const semanticTargetKit: TargetKit = {
  name: 'semantic',
  fieldsIn: ownField('semantic'),
  encoder: (data) => semanticTargets(legendFor('semantic', data).classes.length),
};
