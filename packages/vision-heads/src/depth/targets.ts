import type { Sample, Target, TargetEncoder } from '@scene-mtl/core/samples';

/** Targets of `depth`: the disparity of each pixel, `[H, W, 1]`, in px; unknown ones are masked. */
export function depthTargets(): TargetEncoder {
  return {
    name: 'depth',
    targetChannels: 1,
    has: (sample) => sample.disparity !== undefined,
    encode: knownDisparity,
  };
}

function knownDisparity(sample: Sample): Target {
  const { disparity, disparityValid, id } = sample;
  if (!disparity || !disparityValid) {
    throw new Error(`depth: sample ${id} has no ${disparity ? 'disparityValid' : 'disparity'}`);
  }
  const value = new Float32Array(disparity.length);
  const mask = new Float32Array(disparity.length);
  for (let i = 0; i < disparity.length; i++) {
    if (disparityValid[i] === 0) continue;
    if (!Number.isFinite(disparity[i])) {
      throw new Error(
        `depth: sample ${id} pixel ${i}: expected a finite disparity where it is valid, ` +
          `got ${disparity[i]}`,
      );
    }
    // An unknown pixel stays 0: NaN would pass through a mask of 0.
    value[i] = disparity[i];
    mask[i] = 1;
  }
  return { value, mask };
}
