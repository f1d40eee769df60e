import {
  compare,
  ENOUGH_SEEDS,
  isCertain,
  metricOf,
  notRun,
  ofAny,
  type Comparison,
  type Judgement,
  type Verdict,
} from '@scene-mtl/lab';
import type { SceneSummary } from '../../../scenes/kind.ts';
import { betterSign, primaryOfTask, primaryQuantities } from '../../../scenes/quantities.ts';
import type { WeightGrid } from './published.ts';
import type { GridLine } from './verdict.ts';

/**
 * Does a fixed weighting dominate the learned point, being better in both tasks? The paper's claim asks for more: that
 * the learned point is better in each task than the best weighting for it. One that is not dominated may lose
 * something in one task and win in the other. One weighting that dominates refutes it: of so many some would by chance,
 * so 5 % are shared out among them, and it must be better in each of both tasks. To confirm it every weighting must be
 * no better by what would matter in one task or the other: 5 % are shared out between these two.
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
  const against = made.map(({ summaries }) => compare(summaries, learned, quantities));
  // A weighting of too few seeds, or without a quantity, is open whatever it shows.
  const isWhole = (of: readonly Comparison[]): boolean =>
    of.length === quantities.length && of.every(({ n }) => n >= ENOUGH_SEEDS);
  const dominating = against.map((of) =>
    isWhole(of) ? ofAny(Math.max(...of.map(betterP)), made.length) : 1,
  );
  const cleared = against.map((of) =>
    isWhole(of) ? ofAny(Math.min(...of.map(({ noBetter }) => noBetter)), of.length) : 1,
  );
  const whole = made.length === inner.length;
  const [judgement, p]: readonly [Judgement, number] = dominating.some(isCertain)
    ? ['not reproduced', Math.min(...dominating)]
    : whole && cleared.every(isCertain)
      ? ['reproduced', Math.max(...cleared)]
      : ['cannot tell', 1];
  return {
    ...{ ...claim, judgement, p },
    evidence: [
      distanceText(made, learned, grid.pair),
      `${dominating.filter(isCertain).length} of ${made.length} weightings better in both for certain (at 5 % for all together), ${cleared.filter(isCertain).length} not better in both for certain`,
      'the sum of learned weights is free, and acts on the rate of learning; that of the grid is 1',
      ...(whole
        ? []
        : [`not run: ${inner.length - made.length} of ${inner.length} fixed weightings`]),
    ].join('; '),
  };
}

const betterP = ({ outcome, p }: Comparison): number => (outcome === 'better' ? p : 1);

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
