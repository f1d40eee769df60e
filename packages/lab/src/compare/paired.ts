import { bootstrapInterval, pairedPermutationTest } from '@scene-mtl/eval';
import { metricOf } from '../specs/arms.ts';
import type { RunSummary } from '../specs/summary.ts';

/** Two sets of runs in one metric, over the seeds that both have. */
export interface Paired {
  readonly n: number;
  /** Means of both over the common seeds, so that they differ by `difference`. */
  readonly a: number;
  readonly b: number;
  /** Mean of a − b. */
  readonly difference: number;
  /** 95 % bootstrap interval of that mean; both ends are the value for one seed. */
  readonly interval: readonly [number, number];
  readonly p: number;
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
 * const { n, difference, p } = paired(ours, theirs, 'left/error')!;
 * // Seed 3 has no partner; of four sign flips two reach the difference.
 * [n, difference, p]; // → [2, -0.15, 0.50]
 * ```
 */
export function paired(
  a: readonly RunSummary[],
  b: readonly RunSummary[],
  metric: string,
): Paired | undefined {
  const values = a.flatMap((run) => {
    const same = b.filter(({ spec }) => spec.seed === run.spec.seed);
    const [x, y] = [metricOf([run], metric), metricOf(same, metric)];
    return x.length > 0 && y.length > 0 ? [[x[0], y[0]] as const] : [];
  });
  if (values.length === 0) return undefined;
  const [left, right] = [values.map(([x]) => x), values.map(([, y]) => y)];
  const { difference, p } = pairedPermutationTest(left, right);
  return {
    n: values.length,
    a: mean(left),
    b: mean(right),
    difference,
    interval: bootstrapInterval(values.map(([x, y]) => x - y)),
    p,
  };
}
