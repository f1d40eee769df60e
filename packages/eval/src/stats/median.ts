/**
 * Middle of the sorted values, mean of both for an even number; NaN for none.
 * @example
 * ```ts
 * import { median } from '@scene-mtl/eval';
 * median([3, 1, 2]); // → 2
 * median([4, 1, 2, 3]); // → 2.5
 * ```
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
