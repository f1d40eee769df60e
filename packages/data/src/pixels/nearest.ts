import type { Size } from '../size.ts';
import type { Pixels } from './mirror.ts';

/**
 * Source index of each target pixel along one side:
 *
 *     source = floor((target + ½) · from / to)
 *
 * For a whole factor f = from / to this is the pixel at offset floor(f / 2) of each cell of f pixels
 * (offset 4 for f = 8, offset 1 for f = 2 and 3).
 * @example
 * ```ts
 * import { nearestIndices } from '@scene-mtl/data';
 * nearestIndices(6, 3); // → [1, 3, 5]
 * nearestIndices(2, 4); // → [0, 0, 1, 1]
 * ```
 */
export function nearestIndices(from: number, to: number): Int32Array {
  // Whole-number arithmetic: (2 t + 1) · from / (2 to) never falls on the wrong side of a pixel.
  return Int32Array.from({ length: to }, (_, t) => Math.floor(((2 * t + 1) * from) / (2 * to)));
}

/**
 * Resizes a map of labels, ids, disparities or directions `[H, W, C]` by taking one pixel of each cell,
 * never a mixture of several: the convention of `nearestIndices` on both sides.
 * @throws when `data` is not of H · W · C values
 * @example
 * ```ts
 * import { resizeNearest } from '@scene-mtl/data';
 * const ids = Uint16Array.of(11, 12, 13, 14);
 * resizeNearest(ids, { height: 1, width: 4 }, { height: 1, width: 2 }); // → [12, 14]
 * ```
 */
export function resizeNearest<Data extends Pixels>(
  data: Data,
  from: Size,
  to: Size,
  channels = 1,
): Data {
  if (data.length !== from.height * from.width * channels) {
    throw new Error(
      `resizeNearest: expected ${from.height} × ${from.width}${channels > 1 ? ` × ${channels}` : ''} values, got ${data.length}`,
    );
  }
  if (from.height === to.height && from.width === to.width) return data.slice() as Data;
  const rows = nearestIndices(from.height, to.height);
  const columns = nearestIndices(from.width, to.width);
  const Type = data.constructor as new (length: number) => Data;
  const result = new Type(to.height * to.width * channels);
  for (let r = 0, out = 0; r < to.height; r++) {
    const start = rows[r] * from.width;
    for (let c = 0; c < to.width; c++) {
      const at = (start + columns[c]) * channels;
      for (let k = 0; k < channels; k++) result[out++] = data[at + k];
    }
  }
  return result;
}
