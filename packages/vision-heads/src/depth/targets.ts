import type { Target, TargetEncoder } from '@scene-mtl/core';
import { disparityKind, fieldOf, findField, type DisparityMap, type Sample } from '@scene-mtl/data';
import { fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of disparities, `[H, W, 1]`, in px; unknown ones are masked.
 * @param field of kind `disparity`; the task has its name
 */
export function depthTargets(field = 'depth'): TargetEncoder {
  return {
    name: field,
    targetChannels: 1,
    has: (sample) => disparityMapOf(sample, field) !== undefined,
    encode: (sample) => knownDisparity(sample, field),
  };
}

function knownDisparity(sample: Sample, field: string): Target {
  const { data: disparity, valid } = fieldOf(sample, field, disparityKind);
  const value = new Float32Array(disparity.length);
  const mask = new Float32Array(disparity.length);
  for (let i = 0; i < disparity.length; i++) {
    if (valid[i] === 0) continue;
    if (!Number.isFinite(disparity[i])) {
      throw new Error(
        `${field}: sample ${sample.id} pixel ${i}: expected a finite disparity where it is valid, ` +
          `got ${disparity[i]}`,
      );
    }
    // An unknown pixel stays 0: NaN would pass through a mask of 0.
    value[i] = disparity[i];
    mask[i] = 1;
  }
  return { value, mask };
}

/** Disparities of a sample, or undefined where it has none. */
export const disparityMapOf = (sample: Sample, field = 'depth'): DisparityMap | undefined =>
  findField(sample, field, disparityKind);

/** Reads each field of kind `disparity`. */
export const depthTargetKit: TargetKit = {
  name: 'depth',
  fieldsIn: fieldsOfKind('disparity'),
  encoder: (_, field) => depthTargets(field),
};
