/** Centre of an object in px of the grid: pixel (row, column) has its centre at integers. */
export interface Centre {
  readonly row: number;
  readonly column: number;
}

/**
 * Centre of each object: the mean of its pixels, in px of the grid (pixel centres at integers).
 * @param instance `u16 [H, W]`, 0 is no object
 * @returns centres by instance value, in order of first appearance
 * @example
 * ```ts
 * import { centresOf } from '@scene-mtl/data';
 * centresOf(Uint16Array.of(7, 0, 7, 0, 9, 0), 3); // → new Map([[7, { row: 0, column: 1 }], [9, { row: 1, column: 1 }]])
 * ```
 */
export function centresOf(instance: Uint16Array, width: number): Map<number, Centre> {
  const sums = new Map<number, { row: number; column: number; count: number }>();
  for (let i = 0; i < instance.length; i++) {
    const value = instance[i];
    if (value === 0) continue;
    let sum = sums.get(value);
    if (sum === undefined) {
      sum = { row: 0, column: 0, count: 0 };
      sums.set(value, sum);
    }
    const row = Math.floor(i / width);
    sum.row += row;
    sum.column += i - row * width;
    sum.count++;
  }
  return new Map(
    Array.from(sums, ([value, { row, column, count }]) => [
      value,
      { row: row / count, column: column / count },
    ]),
  );
}
