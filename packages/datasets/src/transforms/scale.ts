import { resizeSample, sizeOf, type Sample } from '@scene-mtl/data';
import type { Transform } from '../batches.ts';

/** Scales by a factor drawn evenly from [from, to]: see `scaled`. */
export function randomScale(from: number, to: number): Transform {
  return (sample, random) => scaled(sample, from + (to - from) * random());
}

/**
 * The sample at another resolution, sides rounded to whole px: see `resizeSample`.
 * @example
 * ```ts
 * import { edgeMap, sizeOf } from '@scene-mtl/data';
 * import { scaled } from '@scene-mtl/datasets';
 * const edges = edgeMap({ height: 4, width: 6 }, new Uint8Array(24));
 * sizeOf(scaled({ id: 'wall', fields: { edges } }, 1.5)); // → { height: 6, width: 9 }
 * ```
 */
export function scaled(sample: Sample, factor: number): Sample {
  const { height, width } = sizeOf(sample);
  return resizeSample(sample, {
    height: Math.max(1, Math.round(height * factor)),
    width: Math.max(1, Math.round(width * factor)),
  });
}
