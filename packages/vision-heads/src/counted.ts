import type { Accumulator } from './kit.ts';

/** What can take in what another of its kind has counted. */
interface Mergeable<S> {
  merge(other: S): void;
}

/**
 * An accumulator that keeps all it knows in one value, which another of the same task can take in.
 * @param counts everything counted so far; what `add` changes and `result` reads
 */
export const counted = <P, S extends Mergeable<S>>(
  counts: S,
  parts: Pick<Accumulator<P>, 'add' | 'result'>,
): Accumulator<P> => ({
  ...parts,
  counts,
  merge: (other) => counts.merge(other.counts as S),
});
