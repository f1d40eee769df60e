import type { Curve, CurvePoint } from './line-chart.ts';

/**
 * One curve out of several runs that differ only by seed: y is the mean over the runs that have a
 * finite value at x, the band their minimum and maximum. With a single run there is no band.
 *
 * @param name name of the curve
 * @param runs one list of points per seed; x values need not agree between runs
 * @example
 * ```ts
 * import { bandOverSeeds } from '@scene-mtl/eval';
 * const { points } = bandOverSeeds('learned', [[{ x: 10, y: 4 }], [{ x: 10, y: 2 }]]);
 * points; // → [{ x: 10, y: 3, low: 2, high: 4 }]
 * ```
 */
export function bandOverSeeds(
  name: string,
  runs: readonly (readonly Pick<CurvePoint, 'x' | 'y'>[])[],
): Curve {
  const byX = new Map<number, number[]>();
  for (const { x, y } of runs.flat()) {
    if (!Number.isFinite(y)) continue;
    const ys = byX.get(x);
    if (ys) ys.push(y);
    else byX.set(x, [y]);
  }
  const points = [...byX]
    .sort(([a], [b]) => a - b)
    .map(([x, ys]): CurvePoint => {
      const y = ys.reduce((a, b) => a + b, 0) / ys.length;
      if (runs.length === 1) return { x, y };
      return { x, y, low: Math.min(...ys), high: Math.max(...ys) };
    });
  return { name, points };
}
