/** Result of {@link connectedComponents}. */
export interface Components {
  /** Component of each pixel, `[H, W]`: 0, 1, … by first pixel in row-major order; −1 outside. */
  readonly labels: Int32Array;
  /** Number of components. */
  readonly count: number;
}

/**
 * 8-connected components of a mask: pixels that touch by a side or a corner belong together. As an
 * instance decoder it needs no centre vectors, joins touching objects and splits occluded ones, which
 * is what clustering the votes is compared with (Kendall et al. 2018, figures 3 and 4).
 * @param mask `u8 [H, W]`, non-zero inside
 * @throws RangeError when the mask is not of length H · W
 */
export function connectedComponents(mask: Uint8Array, height: number, width: number): Components {
  if (mask.length !== height * width) {
    throw new RangeError(
      `connectedComponents: mask must hold ${height} × ${width} = ${height * width} pixels; got ${mask.length}`,
    );
  }
  const labels = new Int32Array(mask.length).fill(-1);
  const stack: number[] = [];
  let count = 0;
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] === 0 || labels[seed] >= 0) continue;
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
          if (mask[neighbour] === 0 || labels[neighbour] >= 0) continue;
          labels[neighbour] = count;
          stack.push(neighbour);
        }
      }
    }
    count++;
  }
  return { labels, count };
}
