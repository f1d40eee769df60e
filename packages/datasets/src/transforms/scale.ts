import type { Sample } from '@scene-mtl/core/samples';
import type { Transform } from '../batches.ts';
import { resizeNearest } from '../image/nearest.ts';
import { resizeTriangle } from '../image/triangle.ts';

/** Scales by a factor drawn evenly from [from, to]: see `scaled`. */
export function randomScale(from: number, to: number): Transform {
  return (sample, random) => scaled(sample, from + (to - from) * random());
}

/**
 * The sample at another resolution, sides rounded to whole px. The image is averaged linearly;
 * labels, instances and disparity take the nearest pixel. Disparity is multiplied by the ratio of
 * widths, since the same scene at twice the width shifts by twice the px.
 */
export function scaled(sample: Sample, factor: number): Sample {
  const from = { height: sample.height, width: sample.width };
  const size = {
    height: Math.max(1, Math.round(from.height * factor)),
    width: Math.max(1, Math.round(from.width * factor)),
  };
  const ratio = { rows: size.height / from.height, columns: size.width / from.width };
  const { semantic, instance, centres, disparity, disparityValid, camera } = sample;
  return {
    ...sample,
    ...size,
    image: resizeTriangle(sample.image, from, size, 3),
    ...(semantic && { semantic: resizeNearest(semantic, from, size) }),
    ...(instance && { instance: resizeNearest(instance, from, size) }),
    ...(centres && {
      // Pixel centres are at integers, so edges lie half a pixel outside.
      centres: new Map(
        Array.from(centres, ([value, { row, column }]) => [
          value,
          {
            row: (row + 0.5) * ratio.rows - 0.5,
            column: (column + 0.5) * ratio.columns - 0.5,
          },
        ]),
      ),
    }),
    ...(disparity && {
      disparity: resizeNearest(disparity, from, size).map((d) => d * ratio.columns),
    }),
    ...(disparityValid && { disparityValid: resizeNearest(disparityValid, from, size) }),
    ...(camera && {
      camera: {
        ...camera,
        fx: camera.fx * ratio.columns,
        u0: camera.u0 * ratio.columns,
        fy: camera.fy * ratio.rows,
        v0: camera.v0 * ratio.rows,
      },
    }),
  };
}
