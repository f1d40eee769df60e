import type { Target, TargetEncoder } from '@scene-mtl/core';
import { disparityKind, fieldOf, findField, type DisparityMap, type Sample } from '@scene-mtl/data';
import { ownField, type TargetKit } from '../target-kit.ts';

/** Targets of `depth`: the disparity of each pixel, `[H, W, 1]`, in px; unknown ones are masked. */
export function depthTargets(): TargetEncoder {
  return {
    name: 'depth',
    targetChannels: 1,
    has: (sample) => disparityMapOf(sample) !== undefined,
    encode: knownDisparity,
  };
}

function knownDisparity(sample: Sample): Target {
  const { data: disparity, valid } = fieldOf(sample, 'depth', disparityKind);
  const value = new Float32Array(disparity.length);
  const mask = new Float32Array(disparity.length);
  for (let i = 0; i < disparity.length; i++) {
    if (valid[i] === 0) continue;
    if (!Number.isFinite(disparity[i])) {
      throw new Error(
        `depth: sample ${sample.id} pixel ${i}: expected a finite disparity where it is valid, ` +
          `got ${disparity[i]}`,
      );
    }
    // An unknown pixel stays 0: NaN would pass through a mask of 0.
    value[i] = disparity[i];
    mask[i] = 1;
  }
  return { value, mask };
}

/** Disparities of a sample: its field `depth`, or undefined where it has none. */
export const disparityMapOf = (sample: Sample): DisparityMap | undefined =>
  findField(sample, 'depth', disparityKind);

/** Reads the field `depth`. */
export const depthTargetKit: TargetKit = {
  name: 'depth',
  fieldsIn: ownField('depth'),
  encoder: depthTargets,
};
