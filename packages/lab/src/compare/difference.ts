import { settle } from '@scene-mtl/eval';
import { ENOUGH_SEEDS } from '../specs/arms.ts';
import type { Judgement } from './verdict.ts';

/** By how much one method beats another in one run. */
export interface RunDifference {
  readonly difference: number;
  /** 95 % bootstrap interval over the run's frames. */
  readonly overFrames: readonly [number, number] | undefined;
}

/**
 * Whether a difference is above 0 for certain, or smaller than what would matter. From three seeds on by the tests of
 * `settle` over seeds; below, by the interval over frames of every run, which does not cover what another seed
 * would give.
 * @param delta the smallest difference that would matter
 * @param unit of both
 * @example
 * ```ts
 * import { judgeDifference } from '@scene-mtl/lab';
 * const runs = [14, 14, 14].map((difference) => ({ difference, overFrames: undefined }));
 * judgeDifference(runs, 0.5, 'points').judgement; // → 'reproduced'
 * ```
 */
export function judgeDifference(
  runs: readonly RunDifference[],
  delta: number,
  unit: string,
): { judgement: Judgement; evidence: string; p?: number } {
  if (runs.length === 0) return { judgement: 'not measurable', evidence: 'nothing to compare' };
  const differences = runs.map(({ difference }) => difference);
  const mean = differences.reduce((a, b) => a + b, 0) / runs.length;
  const overSeeds = runs.length >= ENOUGH_SEEDS;
  const settled = settle(differences, delta);
  const intervals = overSeeds
    ? [settled.interval]
    : runs.map(({ overFrames }) => overFrames ?? ([NaN, NaN] as const));
  const judgement =
    overSeeds && settled.outcome === 'within'
      ? 'no difference larger than δ'
      : intervals.every(([low]) => low > 0)
        ? 'reproduced'
        : intervals.every(([, high]) => high < 0)
          ? 'not reproduced'
          : 'cannot tell';
  const told =
    judgement === 'no difference larger than δ'
      ? `; none larger than ${delta} ${unit}`
      : judgement === 'cannot tell' && settled.seedsToSettle !== undefined
        ? `; about ${settled.seedsToSettle} seeds would tell it from 0 or from ${delta}`
        : '';
  const shown = intervals
    .map(([low, high]) => (Number.isNaN(low) ? 'unknown' : `${signed(low)} … ${signed(high)}`))
    .join(' and ');
  const over = overSeeds ? `over ${runs.length} seeds` : 'over frames';
  const n = `${runs.length} seed${runs.length > 1 ? 's' : ''}`;
  return {
    judgement,
    ...(overSeeds && { p: judgement === 'cannot tell' ? 1 : settled.p }),
    evidence: `difference ${signed(mean)} ${unit} (${overSeeds ? '' : `${n}; `}95 % interval ${over} ${shown}${told})`,
  };
}

const signed = (x: number): string =>
  Number(x.toFixed(1)) === 0 ? '0.0' : `${x > 0 ? '+' : '−'}${Math.abs(x).toFixed(1)}`;
