/** Spread of one number over runs that differ only by seed. */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation, divisor n − 1; NaN for a single run. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Mean and spread of the runs of one configuration.
 * @param values one finite number per seed
 * @throws RangeError when there is none or one is not finite (a failed run must be left out openly)
 * @example
 * ```ts
 * import { summarise } from '@scene-mtl/eval';
 * summarise([1, 2, 3]); // → { n: 3, mean: 2.0, sd: 1.0, min: 1.0, max: 3.0 }
 * ```
 */
export function summarise(values: readonly number[]): Summary {
  checkFinite('summarise', values);
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const square = values.reduce((a, x) => a + (x - mean) ** 2, 0);
  return {
    n,
    mean,
    sd: n > 1 ? Math.sqrt(square / (n - 1)) : NaN,
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

/** @throws RangeError naming the caller when a list is empty or holds what is not finite */
export function checkFinite(where: string, values: readonly number[]): void {
  if (values.length === 0) throw new RangeError(`${where}: expected at least one value, got none`);
  const bad = values.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    throw new RangeError(
      `${where}: value ${bad} is ${values[bad]}; leave failed runs out and say so beside the number`,
    );
  }
}
