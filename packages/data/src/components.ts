/** Result of {@link connectedComponents}. */
export interface Components {
  /** Component of each pixel, `i32 [H, W]`: 0, 1, … by first pixel in row-major order; −1 outside. */
  readonly labels: Int32Array;
  /** Number of components. */
  readonly count: number;
}

/**
 * 8-connected components of equal non-zero values: pixels that touch by a side or a corner and have the
 * same value belong together. A mask of 0 and 1 gives its components.
 * @param values `u8` or `u16` `[H, W]`; 0 is background
 * @throws RangeError when there are not H · W values
 * @example
 * ```ts
 * import { connectedComponents } from '@scene-mtl/data';
 * // The pixel of the second row touches those of the first by a corner; that of the third stands alone.
 * const mask = Uint8Array.of(1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0);
 * connectedComponents(mask, 3, 4).labels; // → [0, 0, -1, -1, -1, -1, 0, -1, 1, -1, -1, -1]
 * ```
 */
export function connectedComponents(
  values: Uint8Array | Uint16Array,
  height: number,
  width: number,
): Components {
  if (values.length !== height * width) {
    throw new RangeError(
      `connectedComponents: expected ${height} × ${width} = ${height * width} pixels; got ${values.length}`,
    );
  }
  const labels = new Int32Array(values.length).fill(-1);
  // One pixel of each run that is to be filled.
  const stack: number[] = [];
  let count = 0;
  for (let seed = 0; seed < values.length; seed++) {
    const value = values[seed];
    if (value === 0 || labels[seed] >= 0) continue;
    stack.push(seed);
    while (stack.length > 0) {
      const pixel = stack.pop()!;
      if (labels[pixel] >= 0) continue;
      const start = pixel - (pixel % width);
      const end = start + width;
      // The whole run of the row at once; then what touches it in the rows above and below.
      let from = pixel;
      while (from > start && values[from - 1] === value) from--;
      let to = pixel + 1;
      while (to < end && values[to] === value) to++;
      labels.fill(count, from, to);
      const left = from > start ? from - 1 : from;
      const right = to < end ? to + 1 : to;
      for (const shift of [-width, width]) {
        if (left + shift < 0 || right + shift > values.length) continue;
        let inRun = false;
        for (let i = left + shift; i < right + shift; i++) {
          const isNew = values[i] === value && labels[i] < 0;
          if (isNew && !inRun) stack.push(i);
          inRun = isNew;
        }
      }
    }
    count++;
  }
  return { labels, count };
}
