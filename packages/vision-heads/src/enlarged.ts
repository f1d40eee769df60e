import { sameSize, triangleRows, type Size } from '@scene-mtl/data';

/**
 * A map of numbers `f32 [H, W, C]` at another size, by `triangleRows`; itself where that is its size. The network
 * interpolates its answers likewise, from cells of its stride to its pixels.
 */
export function enlarged(map: Float32Array, from: Size, to: Size, channels = 1): Float32Array {
  if (sameSize(from, to)) return map;
  const result = new Float32Array(to.height * to.width * channels);
  let at = 0;
  for (const row of triangleRows(map, from, to, channels)) {
    result.set(row, at);
    at += row.length;
  }
  return result;
}
