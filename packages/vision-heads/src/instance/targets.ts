import type { TargetEncoder } from '@scene-mtl/core';
import { findField, objectsKind, type ObjectMap, type Sample } from '@scene-mtl/data';
import { centreVectors } from './centre-vectors.ts';
import { ownField, type TargetKit } from '../target-kit.ts';

/** Targets of `instance`: see `centreVectors`. */
export function instanceTargets(): TargetEncoder {
  return {
    name: 'instance',
    targetChannels: 2,
    has: (sample) => objectMapOf(sample) !== undefined,
    encode: centreVectors,
  };
}

/** Objects of a sample: its field `instance`, or undefined where it has none. */
export const objectMapOf = (sample: Sample): ObjectMap | undefined =>
  findField(sample, 'instance', objectsKind);

/** Reads the field `instance`. */
export const instanceTargetKit: TargetKit = {
  name: 'instance',
  fieldsIn: ownField('instance'),
  encoder: instanceTargets,
};
