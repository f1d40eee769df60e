import { disparityMap, resizeNearest, type DisparityMap, type Size } from '@scene-mtl/data';

/**
 * Disparity of a 16-bit Cityscapes image p, resized to `to`:
 *
 *     d = (p − 1) / 256 · to.width / from.width        p = 0: not known
 *
 * in px at the width of `to`. The recorded values are px at the image's own width.
 * @example
 * ```ts
 * import { decodeDisparity } from '@scene-mtl/datasets';
 * const size = { height: 1, width: 2 };
 * // 257 is (257 − 1) / 256 = 1 px; 0 is unknown.
 * const { data, valid } = decodeDisparity(Uint16Array.of(257, 0), size, size);
 * data; // → [1, 0]
 * valid; // → [1, 0]
 * ```
 */
export function decodeDisparity(p: Uint16Array, from: Size, to: Size): DisparityMap {
  const values = resizeNearest(p, from, to);
  const unit = to.width / from.width / 256;
  const disparity = new Float32Array(values.length);
  const valid = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    disparity[i] = (values[i] - 1) * unit;
    valid[i] = 1;
  }
  return disparityMap(to, disparity, valid);
}

/**
 * The inverse of `decodeDisparity` at one size: p = round(256 d) + 1, 0 where not known.
 * Values above 255.99 px are clipped.
 * @example
 * ```ts
 * import { encodeDisparity } from '@scene-mtl/datasets';
 * encodeDisparity({ data: Float32Array.of(1, 9), valid: Uint8Array.of(1, 0) }); // → [257, 0]
 * ```
 */
export function encodeDisparity({
  data: disparity,
  valid,
}: Pick<DisparityMap, 'data' | 'valid'>): Uint16Array {
  const p = new Uint16Array(disparity.length);
  for (let i = 0; i < p.length; i++) {
    if (valid[i]) p[i] = Math.min(65535, Math.max(1, Math.round(disparity[i] * 256) + 1));
  }
  return p;
}
