import type { Size } from '../size.ts';

/**
 * Resizes an image `u8 [H, W, C]` with the triangle filter: bilinear when it grows; when it shrinks
 * the filter widens with the factor, so each source pixel counts (no aliasing). Weights are
 * normalised at the edges.
 * @example
 * ```ts
 * import { resizeTriangle } from '@scene-mtl/data';
 * const grey = Uint8Array.of(0, 0, 200, 200);
 * // Weights 3 : 3 : 1 on the left, 1 : 3 : 3 on the right.
 * resizeTriangle(grey, { height: 1, width: 4 }, { height: 1, width: 2 }, 1); // → [29, 171]
 * ```
 */
export function resizeTriangle(
  image: Uint8Array,
  from: Size,
  to: Size,
  channels: number,
): Uint8Array {
  const columns = taps(from.width, to.width);
  const rows = taps(from.height, to.height);
  const narrow = new Float32Array(from.height * to.width * channels);
  for (let r = 0; r < from.height; r++) {
    for (let c = 0; c < to.width; c++) {
      const { first, weights } = columns[c];
      for (let k = 0; k < channels; k++) {
        let sum = 0;
        for (let t = 0; t < weights.length; t++) {
          sum += weights[t] * image[(r * from.width + first + t) * channels + k];
        }
        narrow[(r * to.width + c) * channels + k] = sum;
      }
    }
  }
  const result = new Uint8Array(to.height * to.width * channels);
  const stride = to.width * channels;
  for (let r = 0; r < to.height; r++) {
    const { first, weights } = rows[r];
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let t = 0; t < weights.length; t++) sum += weights[t] * narrow[(first + t) * stride + i];
      result[r * stride + i] = Math.round(sum);
    }
  }
  return result;
}

interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Source pixels and weights of each target pixel along one side. */
function taps(from: number, to: number): Taps[] {
  const ratio = from / to;
  const radius = Math.max(1, ratio);
  return Array.from({ length: to }, (_, t) => {
    const centre = (t + 0.5) * ratio - 0.5;
    const first = Math.max(0, Math.ceil(centre - radius + 1e-9));
    const last = Math.min(from - 1, Math.floor(centre + radius - 1e-9));
    const weights = Float64Array.from(
      { length: Math.max(1, last - first + 1) },
      (_, i) => 1 - Math.abs(first + i - centre) / radius,
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return sum > 0
      ? { first, weights: weights.map((w) => w / sum) }
      : { first: Math.min(from - 1, first), weights: Float64Array.of(1) };
  });
}
