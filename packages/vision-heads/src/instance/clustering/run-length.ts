/** A binary mask `[H, W]` as runs of set pixels in row-major order. */
export interface RunLengthMask {
  readonly height: number;
  readonly width: number;
  /** First pixel and length of each run, interleaved: start0, length0, start1, length1, … */
  readonly runs: Uint32Array;
}

/**
 * Encodes set pixels.
 * @param pixels row-major indices `row · W + column`, strictly ascending
 * @throws RangeError when they are not ascending or lie outside the mask
 * @example
 * ```ts
 * import { decodeRuns, encodeRuns } from '@scene-mtl/vision-heads';
 * const mask = encodeRuns([1, 2, 5], 2, 3);
 * mask.runs; // → [1, 2, 5, 1]
 * decodeRuns(mask); // → [0, 1, 1, 0, 0, 1]
 * ```
 */
export function encodeRuns(
  pixels: ArrayLike<number>,
  height: number,
  width: number,
): RunLengthMask {
  const runs: number[] = [];
  let previous = -1;
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i];
    if (!(pixel > previous && pixel < height * width)) {
      throw new RangeError(
        `encodeRuns: pixels must ascend within 0 … ${height * width - 1}; got ${pixel} after ${previous}`,
      );
    }
    if (runs.length > 0 && pixel === previous + 1) runs[runs.length - 1]++;
    else runs.push(pixel, 1);
    previous = pixel;
  }
  return { height, width, runs: Uint32Array.from(runs) };
}

/** Decodes a mask to a bitmap `u8 [H, W]` of zeros and ones. */
export function decodeRuns(mask: RunLengthMask): Uint8Array {
  const bitmap = new Uint8Array(mask.height * mask.width);
  for (let i = 0; i < mask.runs.length; i += 2) {
    bitmap.fill(1, mask.runs[i], mask.runs[i] + mask.runs[i + 1]);
  }
  return bitmap;
}
