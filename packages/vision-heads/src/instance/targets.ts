import type { TargetEncoder } from '@scene-mtl/core';
import { findField, objectsKind, type ObjectMap, type Sample } from '@scene-mtl/data';
import { centreVectors } from './centre-vectors.ts';
import { fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of objects: see `centreVectors`.
 * @param field of kind `objects`; the task has its name
 */
export function instanceTargets(field = 'instance'): TargetEncoder {
  return {
    name: field,
    targetChannels: 2,
    has: (sample) => objectMapOf(sample, field) !== undefined,
    encode: (sample) => centreVectors(sample, field),
  };
}

/** Objects of a sample, or undefined where it has none. */
export const objectMapOf = (sample: Sample, field = 'instance'): ObjectMap | undefined =>
  findField(sample, field, objectsKind);

/** Reads each field of kind `objects`. */
export const instanceTargetKit: TargetKit = {
  name: 'instance',
  fieldsIn: fieldsOfKind('objects'),
  encoder: (_, field) => instanceTargets(field),
};
