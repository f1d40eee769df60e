import type { Random } from '@scene-mtl/data';

/** What a task may be made of another: see {@link changedLabels}. */
export const LABEL_CHANGES = ['copy', 'shuffled', 'noise', 'coin'] as const;
export type LabelChange = (typeof LABEL_CHANGES)[number];

/** One field of many examples: `[N, width]`, one after the other, and 1 for each example of which it is known. */
export interface Labels {
  readonly width: number;
  readonly values: Float32Array;
  readonly known: Float32Array;
}

/**
 * The labels of a control task, made of another's:
 *
 * - `copy`: the same again. It adds no information, but acts like a larger learning rate.
 * - `shuffled`: those of other examples of the split. They keep their distribution and lose what the input says of
 *   them (Caruana 1997, section 3.1). One order for all, so that shuffled tasks still belong together.
 * - `noise`: normal deviates with the mean and deviation of the labels, known where they are.
 * - `coin`: 0 or 1, as likely, for every example: how well they are learned by heart is how much a network can fit.
 * @param order a permutation of the examples
 */
export function changedLabels(
  labels: Labels,
  change: LabelChange,
  order: readonly number[],
  random: Random,
): Labels {
  const { width, values, known } = labels;
  switch (change) {
    case 'copy':
      return labels;
    case 'shuffled': {
      const taken = (from: Float32Array, size: number) =>
        Float32Array.from(from, (_, i) => from[order[Math.floor(i / size)] * size + (i % size)]);
      return { width, values: taken(values, width), known: taken(known, 1) };
    }
    case 'noise': {
      const [mean, deviation] = spread(labels);
      return { width, values: values.map(() => mean + deviation * random.normal()), known };
    }
    case 'coin':
      return {
        width,
        values: values.map(() => random.integer(2)),
        known: known.map(() => 1),
      };
  }
}

/** Mean and deviation of what is known. */
function spread({ width, values, known }: Labels): [mean: number, deviation: number] {
  const of = values.filter((_, i) => known[Math.floor(i / width)] === 1);
  const mean = of.reduce((a, b) => a + b, 0) / of.length;
  return [mean, Math.sqrt(of.reduce((sum, x) => sum + (x - mean) ** 2, 0) / of.length)];
}
