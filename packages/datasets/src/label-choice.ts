import { didYouMean, stream, type Sample } from '@scene-mtl/data';
import type { Dataset } from './dataset.ts';

/** Which labels of one annotation training gets. */
export interface LabelChoice {
  /** Training frames that have it; null: all. */
  readonly frames: number | null;
  /** Every frame has that of another one: the same labels, which say nothing of its picture. */
  readonly shuffled: boolean;
}

/** Choices by the name of the annotation; those that are absent stay as they are. */
export type LabelChoices = Readonly<Record<string, LabelChoice>>;

/** One order of the training frames for all annotations: the first 20 are among the first 40. */
const orderOf = (dataset: Dataset, seed: number): string[] =>
  stream(seed, 'labelled frames').shuffle(dataset.list('train'));

/**
 * The training frames that have every chosen annotation, in the order in which they were drawn: fewer are the
 * beginning of more, whichever annotation it is.
 * @param seed decides which frames
 * @throws as {@link withLabels} does
 * @example
 * ```ts
 * import { labelledFrames, toyDataset } from '@scene-mtl/datasets';
 * const data = toyDataset({ count: 5, seed: 1 });
 * const drawn = (frames: number) => labelledFrames(data, { y0: { frames, shuffled: false } }, 1);
 * drawn(3).length; // → 3
 * drawn(3).slice(0, 2).join() === drawn(2).join(); // → true
 * ```
 */
export function labelledFrames(
  dataset: Dataset,
  choices: LabelChoices,
  seed: number,
): readonly string[] {
  check(dataset, choices);
  const counts = Object.values(choices).flatMap(({ frames }) => frames ?? []);
  return orderOf(dataset, seed).slice(0, Math.min(Infinity, ...counts));
}

/**
 * A data set whose training frames lack some of their annotations, or have those of other frames. Validation and
 * test frames, and annotations that are not named, stay as they are.
 *
 * Shuffled labels are the control of Caruana 1997: among the frames that have the annotation, each
 * takes that of the next one in the drawn order, so that the labels as a whole are the same and no frame keeps
 * its own. Annotations with equally many frames come from the same other frame, so that they fit each other.
 * @param seed decides which frames
 * @throws when the data has no such annotation, fewer training frames, or one frame alone is to be shuffled
 * @example
 * ```ts
 * import { toyDataset, withLabels } from '@scene-mtl/datasets';
 * const data = withLabels(toyDataset({ count: 5, seed: 1 }), { y0: { frames: 2, shuffled: false } }, 1);
 * const size = { height: 1, width: 1 }; // toy data has no picture
 * const all = await Promise.all(data.list('train').map((id) => data.read(id, 'train', size)));
 * all.filter(({ fields }) => 'y0' in fields).length; // → 2
 * ```
 */
export function withLabels(dataset: Dataset, choices: LabelChoices, seed: number): Dataset {
  check(dataset, choices);
  const named = Object.entries(choices);
  if (named.length === 0) return dataset;
  const order = orderOf(dataset, seed);
  // From a frame to the one whose annotation it has.
  const givers = named.map(([field, { frames, shuffled }]) => {
    const having = order.slice(0, frames ?? order.length);
    const giver = having.map((id, i) => [id, shuffled ? having[(i + 1) % having.length] : id]);
    return { field, of: new Map(giver as [string, string][]) };
  });
  return {
    ...dataset,
    async read(id, split, size) {
      const sample = await dataset.read(id, split, size);
      if (split !== 'train') return sample;
      const fields: Record<string, Sample['fields'][string]> = { ...sample.fields };
      for (const { field, of } of givers) {
        const giver = of.get(id);
        if (giver === id) continue;
        const given =
          giver === undefined ? undefined : (await dataset.read(giver, split, size)).fields[field];
        if (given === undefined) delete fields[field];
        else fields[field] = given;
      }
      return { ...sample, fields };
    },
  };
}

function check(dataset: Dataset, choices: LabelChoices): void {
  const { name, fields } = dataset;
  const count = dataset.list('train').length;
  for (const [field, { frames, shuffled }] of Object.entries(choices)) {
    if (!fields.includes(field)) {
      throw new Error(`data.labels: ${name} has no ${field}; ${didYouMean(field, fields)}`);
    }
    const having = frames ?? count;
    if (having > count) {
      throw new Error(
        `data.labels.${field}.frames: expected at most the ${count} training frames of ${name}, got ${frames}`,
      );
    }
    if (shuffled && having < 2) {
      throw new Error(
        `data.labels.${field}.shuffled: expected at least 2 frames to exchange labels, got ${having}`,
      );
    }
  }
}
