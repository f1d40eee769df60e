/** The splits of a data set. */
export type Split = 'train' | 'val' | 'test';

/**
 * A score that may decide something: which epoch, which weights, which method. The type leaves no
 * place for test data, so selecting on it does not compile; `selectBest` also refuses it at run time.
 */
export interface SelectionScore<Candidate> {
  readonly candidate: Candidate;
  readonly split: Exclude<Split, 'test'>;
  readonly value: number;
}

/**
 * The candidate with the best score; the first one among equals.
 *
 * @param scores at least one, all of one split
 * @throws RangeError when a score is of test data, of another split than the first, or not finite
 * @example
 * ```ts
 * import { selectBest } from '@scene-mtl/eval';
 * const score = (candidate: string, value: number) => ({ candidate, value, split: 'val' as const });
 * selectBest([score('equal', 0.31), score('learned', 0.45)], 'higher'); // → 'learned'
 * ```
 */
export function selectBest<Candidate>(
  scores: readonly SelectionScore<Candidate>[],
  better: 'higher' | 'lower',
): Candidate {
  if (scores.length === 0)
    throw new RangeError('selectBest: expected at least one score, got none');
  const [first] = scores;
  for (const { split, value } of scores) {
    if ((split as Split) === 'test') {
      throw new RangeError(
        'selectBest: a score is of test data; choose on val and report the chosen one on test',
      );
    }
    if (split !== first.split) {
      throw new RangeError(
        `selectBest: scores are of ${first.split} and ${split}; they cannot be compared`,
      );
    }
    if (!Number.isFinite(value)) {
      throw new RangeError(`selectBest: a score is ${value}; leave failed runs out`);
    }
  }
  const sign = better === 'higher' ? 1 : -1;
  return scores.reduce((a, b) => (sign * b.value > sign * a.value ? b : a)).candidate;
}
