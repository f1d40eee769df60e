import type { Pairing } from './files.ts';
import type { ImageSize } from './sizes.ts';

/** Scores of some images, by name; NaN where nothing is there to score. */
export type ChosenScores = Readonly<Record<string, number>>;

/** What scoring says of the files beside the scores. */
export interface Scored extends Pick<Pairing, 'passedOver' | 'unused'> {
  readonly images: number;
  /** Sizes of the pictures, in the order of their first one. */
  readonly sizes: readonly ImageSize[];
  /** Names of the images, in the order in which they were scored. */
  readonly frames: readonly string[];
  /**
   * The scores of the whole for any choice of the images, given as places in `frames`, some of them more than
   * once: as if these alone had been scored, not a mean over images. What all choices share is prepared once.
   */
  readonly chosen: () => (places: ArrayLike<number>) => ChosenScores;
}

/**
 * Scores of any choice of images, from what each has counted by itself.
 * @param each what was counted, by image
 * @param empty makes what counts nothing yet
 * @param result reads it
 */
export function chosenOf<Counts extends { merge(other: Counts): void }>(
  each: readonly Counts[],
  empty: () => Counts,
  result: (counts: Counts) => ChosenScores,
): (places: ArrayLike<number>) => ChosenScores {
  return (places) => {
    const counts = empty();
    for (let i = 0; i < places.length; i++) counts.merge(each[places[i]]);
    return result(counts);
  };
}
