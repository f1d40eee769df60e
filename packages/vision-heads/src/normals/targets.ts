import type { Target, TargetEncoder } from '@scene-mtl/core';
import { fieldOf, normalsKind, type Sample } from '@scene-mtl/data';
import { fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of normals: unit vectors in camera coordinates, `[H, W, 3]`; unknown ones are masked.
 * @param field of kind `normals`; the task has its name
 */
export function normalTargets(field = 'normals'): TargetEncoder {
  return {
    name: field,
    targetChannels: 3,
    has: ({ fields }) => fields[field] !== undefined,
    encode: (sample) => knownNormals(sample, field),
  };
}

/** Reads each field of kind `normals`. */
export const normalsTargetKit: TargetKit = {
  name: 'normals',
  fieldsIn: fieldsOfKind('normals'),
  encoder: (_, field) => normalTargets(field),
};

function knownNormals(sample: Sample, field: string): Target {
  const { data, valid } = fieldOf(sample, field, normalsKind);
  const value = new Float32Array(data.length);
  const mask = new Float32Array(valid.length);
  for (let i = 0; i < valid.length; i++) {
    if (valid[i] === 0) continue;
    const length = Math.hypot(data[3 * i], data[3 * i + 1], data[3 * i + 2]);
    if (!(length > 0 && length < Infinity)) {
      throw new Error(
        `${field}: sample ${sample.id} pixel ${i}: expected a direction where it is valid, got ` +
          `(${data[3 * i]}, ${data[3 * i + 1]}, ${data[3 * i + 2]})`,
      );
    }
    // An unknown pixel stays 0: NaN would pass through a mask of 0.
    for (let c = 3 * i; c < 3 * i + 3; c++) value[c] = data[c] / length;
    mask[i] = 1;
  }
  return { value, mask };
}
