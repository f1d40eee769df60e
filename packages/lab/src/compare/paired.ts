import { pairedPermutationTest, settle, type Settled } from '@scene-mtl/eval';
import { metricOf } from '../specs/arms.ts';
import { smallestEffect, type Quantity } from './quantity.ts';
import type { RunSummary } from '../specs/summary.ts';

/** Two sets of runs in one metric, over the seeds that both have. */
export interface Paired extends Pick<Settled, 'n' | 'interval'> {
  /** Means of both over the common seeds, so that they differ by `difference`. */
  readonly a: number;
  readonly b: number;
  /** Mean of a − b. */
  readonly difference: number;
  /** The smallest difference that would matter. */
  readonly delta: number;
  /** Of the permutation test. */
  readonly p: number;
  /** The t tests behind the interval. */
  readonly settled: Settled;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Compares runs seed by seed; undefined without a seed that both have.
 * @example
 * ```ts
 * import { paired, type RunSummary } from '@scene-mtl/lab';
 * const run = (seed: number, error: number) =>
 *   ({ spec: { seed }, result: { metrics: { 'left/error': error } } }) as unknown as RunSummary;
 * const [ours, theirs] = [[run(1, 0.3), run(2, 0.4)], [run(2, 0.6), run(1, 0.4), run(3, 0.5)]];
 * const error = { metric: 'left/error', unit: 'm' } as const;
 * const { n, difference, p } = paired(ours, theirs, error)!;
 * // Seed 3 has no partner; of four sign flips two reach the difference.
 * [n, difference, p]; // → [2, -0.15, 0.50]
 * ```
 */
export function paired(
  a: readonly RunSummary[],
  b: readonly RunSummary[],
  quantity: Pick<Quantity, 'metric' | 'unit' | 'matters'>,
): Paired | undefined {
  const { metric } = quantity;
  const values = a.flatMap((run) => {
    const same = b.filter(({ spec }) => spec.seed === run.spec.seed);
    const [x, y] = [metricOf([run], metric), metricOf(same, metric)];
    return x.length > 0 && y.length > 0 ? [[x[0], y[0]] as const] : [];
  });
  if (values.length === 0) return undefined;
  const [left, right] = [values.map(([x]) => x), values.map(([, y]) => y)];
  const { difference, p } = pairedPermutationTest(left, right);
  const delta = smallestEffect(quantity, mean(right));
  const settled = settle(
    values.map(([x, y]) => x - y),
    delta,
  );
  const { n, interval } = settled;
  return { n, a: mean(left), b: mean(right), difference, delta, interval, p, settled };
}
