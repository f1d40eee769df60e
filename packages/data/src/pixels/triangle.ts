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
  const result = new Uint8Array(to.height * to.width * channels);
  let at = 0;
  for (const row of triangleRows(image, from, to, channels)) {
    for (const value of row) result[at++] = Math.round(value);
  }
  return result;
}

/**
 * Rows of a map `[H, W, C]` at another size, from the top, by the filter of {@link resizeTriangle}: for maps of
 * numbers that may be mixed (probabilities, disparities), never of labels. One row is held at a time: of many
 * channels at the size of a photograph the whole would fill the memory.
 * @returns each row `f64 [W, C]`; it is overwritten by the next
 * @throws when `map` is not of H · W · C values
 * @example
 * ```ts
 * import { triangleRows } from '@scene-mtl/data';
 * const [row] = triangleRows(Float32Array.of(0, 1), { height: 1, width: 2 }, { height: 1, width: 4 }, 1);
 * row; // → [0, 0.25, 0.75, 1]
 * ```
 */
export function* triangleRows(
  map: Uint8Array | Float32Array,
  from: Size,
  to: Size,
  channels: number,
): Generator<Float64Array, void> {
  if (map.length !== from.height * from.width * channels) {
    throw new Error(
      `triangleRows: expected ${from.height} × ${from.width} × ${channels} values, got ${map.length}`,
    );
  }
  const columns = triangleTaps(from.width, to.width);
  const rows = triangleTaps(from.height, to.height);
  const narrow = new Float32Array(from.height * to.width * channels);
  for (let r = 0; r < from.height; r++) {
    for (let c = 0; c < to.width; c++) {
      const { first, weights } = columns[c];
      for (let k = 0; k < channels; k++) {
        let sum = 0;
        for (let t = 0; t < weights.length; t++) {
          sum += weights[t] * map[(r * from.width + first + t) * channels + k];
        }
        narrow[(r * to.width + c) * channels + k] = sum;
      }
    }
  }
  const stride = to.width * channels;
  const row = new Float64Array(stride);
  for (const { first, weights } of rows) {
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let t = 0; t < weights.length; t++) sum += weights[t] * narrow[(first + t) * stride + i];
      row[i] = sum;
    }
    yield row;
  }
}

/** What a pixel of a resized side is made of: `weights`, of sum 1, of the pixels from `first` on. */
export interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Source pixels and weights of each target pixel along one side.
 * @example
 * ```ts
 * import { triangleTaps } from '@scene-mtl/data';
 * triangleTaps(2, 4)[1].weights; // → [0.75, 0.25]
 * ```
 */
export function triangleTaps(from: number, to: number): Taps[] {
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
