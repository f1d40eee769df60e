import { compare, ENOUGH_SEEDS, metricOf, notRun, type Verdict } from '@scene-mtl/lab';
import type { SceneSummary } from '../../../scenes/kind.ts';
import { betterSign, primaryOfTask, primaryQuantities } from '../../../scenes/quantities.ts';
import type { WeightGrid } from './published.ts';
import type { GridLine } from './verdict.ts';

/**
 * Does a fixed weighting dominate the learned point, being better in both tasks? The paper's claim asks for more: that
 * the learned point is better in each task than the best weighting for it. One that is not dominated may lose
 * something in one task and win in the other. So many comparisons find some by chance: 5 % are shared out among
 * the weightings, and a weighting that dominates must be better in each of both tasks.
 * @param lines of the grid; those with a weight of 0 train one task alone and are left out
 */
export function dominanceVerdict(
  grid: WeightGrid,
  lines: readonly GridLine[],
  learned: readonly SceneSummary[],
  how: string,
): Verdict {
  const claim = {
    claim: `${grid.pair.join(' and ')}: no fixed weighting of the grid is better in both tasks than learned weights, ${how}`,
    source: 'section 5.1, figure 2',
  };
  const inner = lines.filter(({ weight }) => weight > 0 && weight < 1);
  const made = inner.filter(({ summaries }) => summaries.length > 0);
  if (made.length === 0 || learned.length === 0) return notRun(claim);
  const quantities = primaryQuantities(grid.pair);
  const against = made.map((line) => ({
    line,
    outcomes: compare(line.summaries, learned, quantities, made.length),
  }));
  const enough = against.every(({ outcomes }) => outcomes.every(({ n }) => n >= ENOUGH_SEEDS));
  const dominating = against.filter(({ outcomes }) =>
    outcomes.every((o) => o.outcome === 'better'),
  );
  // One that is worse in a task, or no better by what would matter, does not dominate.
  const cleared = against.filter(({ outcomes }) =>
    outcomes.some(({ outcome }) => outcome === 'worse' || outcome === 'same'),
  );
  const whole = made.length === inner.length;
  return {
    ...claim,
    judgement: !enough
      ? 'cannot tell'
      : dominating.length > 0
        ? 'not reproduced'
        : whole && cleared.length === against.length
          ? 'reproduced'
          : 'cannot tell',
    evidence: [
      distanceText(made, learned, grid.pair),
      `${dominating.length} of ${made.length} weightings better in both for certain (95 % for all together), ${cleared.length} not better in both for certain`,
      'the sum of learned weights is free, and acts on the rate of learning; that of the grid is 1',
      ...(whole
        ? []
        : [`not run: ${inner.length - made.length} of ${inner.length} fixed weightings`]),
    ].join('; '),
  };
}

/**
 * How far the learned point lies from the front of the grid: of the weighting that comes nearest to dominating it,
 * `max over weightings of min over tasks` of the share by which it is better.
 */
export function frontDistance(
  lines: readonly GridLine[],
  learned: readonly SceneSummary[],
  pair: WeightGrid['pair'],
): { readonly line: GridLine; readonly share: number } | undefined {
  const distances = lines.flatMap((line) => {
    const shares = pair.map((task) => {
      const { metric } = primaryOfTask(task);
      const [own, fixed] = [
        mean(metricOf(learned, metric)),
        mean(metricOf(line.summaries, metric)),
      ];
      return (betterSign(task) * (fixed - own)) / Math.abs(own);
    });
    const share = Math.min(...shares);
    return Number.isFinite(share) ? [{ line, share }] : [];
  });
  return distances.reduce<(typeof distances)[number] | undefined>(
    (nearest, one) => (nearest && nearest.share >= one.share ? nearest : one),
    undefined,
  );
}

function distanceText(
  lines: readonly GridLine[],
  learned: readonly SceneSummary[],
  pair: WeightGrid['pair'],
): string {
  const nearest = frontDistance(lines, learned, pair);
  if (!nearest) return 'no weighting has both metrics';
  const { line, share } = nearest;
  const percent = `${(100 * Math.abs(share)).toFixed(1)} %`;
  const where = `weight ${line.weight}, rate ${line.rate}`;
  return share > 0
    ? `behind the front of fixed weightings by ${percent} (${where} is that much better in both)`
    : `beyond the front of fixed weightings by ${percent} (${where} comes nearest, that much worse in one task)`;
}

const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length;
