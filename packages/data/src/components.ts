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
  const stack: number[] = [];
  let count = 0;
  for (let seed = 0; seed < values.length; seed++) {
    const value = values[seed];
    if (value === 0 || labels[seed] >= 0) continue;
    labels[seed] = count;
    stack.push(seed);
    while (stack.length > 0) {
      const pixel = stack.pop()!;
      const row = Math.floor(pixel / width);
      const column = pixel - row * width;
      const lastRow = Math.min(row + 1, height - 1);
      const lastColumn = Math.min(column + 1, width - 1);
      for (let r = Math.max(row - 1, 0); r <= lastRow; r++) {
        for (let c = Math.max(column - 1, 0); c <= lastColumn; c++) {
          const neighbour = r * width + c;
          if (values[neighbour] !== value || labels[neighbour] >= 0) continue;
          labels[neighbour] = count;
          stack.push(neighbour);
        }
      }
    }
    count++;
  }
  return { labels, count };
}
