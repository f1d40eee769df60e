/** A metric by which methods are ranked. */
export interface RankedMetric {
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

/**
 * Mean rank of each method: its rank per metric among all methods (1 is best, ties share the mean of
 * their ranks), averaged over the metrics.
 *
 * @param values by method name, then metric name
 * @returns by method name, 1 … number of methods
 * @throws RangeError naming method and metric when a value is missing or not finite
 * @example
 * ```ts
 * import { meanRank } from '@scene-mtl/eval';
 * const values = { equal: { IoU: 40, px: 0.3 }, learned: { IoU: 45, px: 0.3 } };
 * meanRank(values, [{ name: 'IoU', better: 'higher' }, { name: 'px', better: 'lower' }]); // → { equal: 1.75, learned: 1.25 }
 * ```
 */
export function meanRank(
  values: Readonly<Record<string, Readonly<Record<string, number>>>>,
  metrics: readonly RankedMetric[],
): Record<string, number> {
  const methods = Object.keys(values);
  if (metrics.length === 0)
    throw new RangeError('meanRank: expected at least one metric, got none');
  const ranks = metrics.map(({ name, better }) => {
    const sign = better === 'higher' ? -1 : 1;
    const scores = methods.map((method) => {
      const value = values[method][name];
      if (!Number.isFinite(value)) {
        throw new RangeError(
          `meanRank: method "${method}" has ${value} for metric "${name}"; rank only methods with every metric`,
        );
      }
      return sign * value;
    });
    return scores.map((score) => {
      const ahead = scores.filter((other) => other < score).length;
      const equal = scores.filter((other) => other === score).length;
      return ahead + (equal + 1) / 2;
    });
  });
  return Object.fromEntries(
    methods.map((method, i) => [method, ranks.reduce((a, r) => a + r[i], 0) / metrics.length]),
  );
}
