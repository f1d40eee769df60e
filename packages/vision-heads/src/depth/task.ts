import { maskedL1, type Sample, type Target, type Task } from '@scene-mtl/core';
import { decoder } from '../decoder.ts';

/** What the depth head predicts for one image. */
export interface DepthPrediction {
  /** Disparity `f32 [H, W]` in px at the image's width; inverse depth is `d / (baseline · fx)`. */
  readonly disparity: Float32Array;
}

/**
 * Inverse depth as disparity in px at the sample's resolution (Kendall et al. 2018, section 4.3):
 * |d − d̂| averaged over the pixels whose disparity is known. Sky counts where the dataset gives it
 * a valid disparity of 0.
 */
export function depth(): Task<DepthPrediction> {
  return {
    name: 'depth',
    likelihood: 'laplace',
    targetChannels: 1,
    outputChannels: 1,
    metrics: [
      { name: 'meanError', unit: 'px', better: 'lower' },
      { name: 'rms', unit: 'px', better: 'lower' },
    ],
    has: (sample) => sample.disparity !== undefined,
    encode: knownDisparity,
    decoder: (features, size, options) => decoder(features, 1, size, options),
    loss: maskedL1,
    decode(output, height, width) {
      if (output.length !== height * width) {
        throw new Error(
          `depth: expected ${height}×${width} numbers to decode, got ${output.length}`,
        );
      }
      return { disparity: output };
    },
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
