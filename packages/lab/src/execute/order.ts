/**
 * In what order several workers take runs: the cheaper half from the cheapest on, so that a table has rows soon; then
 * the dearer half from the dearest on, so that no worker is left with a long run when the others have ended.
 * @param workOf what a run costs, in any unit
 * @example
 * ```ts
 * import { workingOrder } from '@scene-mtl/lab';
 * workingOrder([5, 1, 4, 2, 3], (work) => work); // → [1, 2, 3, 5, 4]
 * ```
 */
export function workingOrder<T>(runs: readonly T[], workOf: (run: T) => number): T[] {
  const rising = [...runs].sort((a, b) => workOf(a) - workOf(b));
  const half = Math.ceil(rising.length / 2);
  return [...rising.slice(0, half), ...rising.slice(half).reverse()];
}
