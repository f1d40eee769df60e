import { bootstrapInterval } from '@scene-mtl/eval';
import { ENOUGH_SEEDS } from '../specs/arms.ts';
import type { Judgement } from './verdict.ts';

/** By how much one method beats another in one run. */
export interface RunDifference {
  readonly difference: number;
  /** 95 % bootstrap interval over the run's frames. */
  readonly overFrames: readonly [number, number] | undefined;
}

/**
 * Whether a difference is above 0 for certain. From three seeds on by the 95 % bootstrap interval of
 * its mean over seeds; below, by the interval over frames of every run, which does not cover what
 * another seed would give.
 * @param unit of the difference
 * @example
 * ```ts
 * import { judgeDifference } from '@scene-mtl/lab';
 * const runs = [14, 14, 14].map((difference) => ({ difference, overFrames: undefined }));
 * judgeDifference(runs, 'points').judgement; // → 'reproduced'
 * ```
 */
export function judgeDifference(
  runs: readonly RunDifference[],
  unit: string,
): { judgement: Judgement; evidence: string } {
  if (runs.length === 0) return { judgement: 'cannot tell', evidence: 'nothing to compare' };
  const differences = runs.map(({ difference }) => difference);
  const mean = differences.reduce((a, b) => a + b, 0) / runs.length;
  const overSeeds = runs.length >= ENOUGH_SEEDS;
  const intervals = overSeeds
    ? [bootstrapInterval(differences)]
    : runs.map(({ overFrames }) => overFrames ?? ([NaN, NaN] as const));
  const judgement = intervals.every(([low]) => low > 0)
    ? 'reproduced'
    : intervals.every(([, high]) => high < 0)
      ? 'not reproduced'
      : 'cannot tell';
  const shown = intervals
    .map(([low, high]) => (Number.isNaN(low) ? 'unknown' : `${signed(low)} … ${signed(high)}`))
    .join(' and ');
  const over = overSeeds ? `over ${runs.length} seeds` : 'over frames';
  const n = `${runs.length} seed${runs.length > 1 ? 's' : ''}`;
  return {
    judgement,
    evidence: `difference ${signed(mean)} ${unit} (${overSeeds ? '' : `${n}; `}95 % interval ${over} ${shown})`,
  };
}

const signed = (x: number): string =>
  Number(x.toFixed(1)) === 0 ? '0.0' : `${x > 0 ? '+' : '−'}${Math.abs(x).toFixed(1)}`;
