import type { Target, TargetEncoder } from '@scene-mtl/core';
import { depthKind, fieldOf, type Sample } from '@scene-mtl/data';
import { fieldsOfKind, type TargetKit } from '../target-kit.ts';

/**
 * Targets of depths in the unit of their annotation, `[H, W, 1]`; unknown ones are masked.
 * @param field of kind `depth`; the task has its name
 */
export function metricDepthTargets(field: string): TargetEncoder {
  return {
    name: field,
    targetChannels: 1,
    has: ({ fields }) => fields[field] !== undefined,
    encode: (sample) => knownDepth(sample, field),
  };
}

function knownDepth(sample: Sample, field: string): Target {
  const { data, valid } = fieldOf(sample, field, depthKind);
  const value = new Float32Array(data.length);
  const mask = new Float32Array(data.length);
  for (let i = 0; i < valid.length; i++) {
    if (valid[i] === 0) continue;
    if (!Number.isFinite(data[i])) {
      throw new Error(
        `${field}: sample ${sample.id} pixel ${i}: expected a finite depth where it is valid, got ${data[i]}`,
      );
    }
    // An unknown pixel stays 0: NaN would pass through a mask of 0.
    value[i] = data[i];
    mask[i] = 1;
  }
  return { value, mask };
}

/** Reads each field of kind `depth`. */
export const metricDepthTargetKit: TargetKit = {
  name: 'metric-depth',
  fieldsIn: fieldsOfKind('depth'),
  encoder: (_, field) => metricDepthTargets(field),
};
