import type { TargetEncoder } from '@scene-mtl/core';
import { findField, objectsKind, type ObjectMap, type Sample } from '@scene-mtl/data';
import { centreVectors } from './centre-vectors.ts';

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
