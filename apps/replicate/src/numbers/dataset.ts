import { numbersField, stream, type Random, type Sample } from '@scene-mtl/data';
import type { Dataset, Split } from '@scene-mtl/datasets';

/** The numbers of one example by the names of its fields; one that is not known is NaN. */
export type Example = Readonly<Record<string, number | readonly number[]>>;

/** Examples that are drawn, not read. */
export interface Drawn {
  readonly name: string;
  /** The fields that are learned, the main one first; others are read. */
  readonly tasks: readonly string[];
  /** One example: a function of the stream alone. */
  readonly draw: (random: Random) => Example;
}

/** Drawn examples as a data set: each of them depends on seed, split and its number alone. */
export function drawnDataset(
  { name, tasks, draw }: Drawn,
  counts: Readonly<Record<'train' | 'val', number>>,
  seed: number,
): Dataset {
  const sample = (split: Split, id: string): Sample => {
    const fields = Object.entries(draw(stream(seed, name, split, id)));
    return {
      id,
      fields: Object.fromEntries(fields.map(([k, v]) => [k, numbersField([v].flat())])),
    };
  };
  const split = (of: 'train' | 'val') =>
    Array.from({ length: counts[of] }, (_, i) => sample(of, `${i}`));
  const samples: Record<Split, Sample[]> = { train: split('train'), val: split('val'), test: [] };
  const example = draw(stream(seed, name));
  return {
    name,
    fields: tasks,
    numbers: Object.fromEntries(tasks.map((task) => [task, [example[task]].flat().length])),
    list: (of) => samples[of].map(({ id }) => id),
    read(id, of) {
      const found = samples[of][Number(id)];
      return found
        ? Promise.resolve(found)
        : Promise.reject(new Error(`${name}: no example ${id} of ${of}`));
    },
  };
}
