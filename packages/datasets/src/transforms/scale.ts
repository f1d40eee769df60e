import { resizeSample, sizeOf, type Sample } from '@scene-mtl/data';
import type { Transform } from '../batches.ts';

/** Scales by a factor drawn evenly from [from, to]: see `scaled`. */
export function randomScale(from: number, to: number): Transform {
  return (sample, random) => scaled(sample, from + (to - from) * random());
}

/** The sample at another resolution, sides rounded to whole px: see `resizeSample`. */
export function scaled(sample: Sample, factor: number): Sample {
  const { height, width } = sizeOf(sample);
  return resizeSample(sample, {
    height: Math.max(1, Math.round(height * factor)),
    width: Math.max(1, Math.round(width * factor)),
  });
}
