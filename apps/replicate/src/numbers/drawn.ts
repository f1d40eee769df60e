import { stream, type Random } from '@scene-mtl/data';
import type { NumbersConfig } from './kind.ts';
import { changedLabels, type Labels } from './labels.ts';
import { outputKinds, type OutputName } from './outputs.ts';

/** The numbers of one example by the names of its fields; one that is not known is NaN. */
export type Example = Readonly<Record<string, number | readonly number[]>>;

/** Examples that are drawn, not read. */
export interface Drawn {
  readonly name: string;
  /** The fields that can be learned, the main one first, and of what kind each is; others are read. */
  readonly tasks: Readonly<Record<string, OutputName>>;
  /** One example: a function of the stream and the numbers of `config.data` alone. */
  readonly draw: (random: Random, data: Readonly<Record<string, number>>) => Example;
}

/** Parts of drawn data: what is learned from, what stops, what is only looked at. */
export const NUMBERS_SPLITS = ['train', 'val', 'test'] as const;
export type NumbersSplit = (typeof NUMBERS_SPLITS)[number];

/** The examples of a split, one after the other. */
export interface Columns {
  readonly count: number;
  /** Numbers per example of each array. */
  readonly widths: Readonly<Record<string, number>>;
  /** `x` `[N, n]`; of each task `target/<task>` `[N, m]` and `mask/<task>` `[N, 1]`: 1 where all of it is known. */
  readonly arrays: Readonly<Record<string, Float32Array>>;
}

/**
 * Draws a split. Each example depends on seed, split, its number and `config.data` alone, so that arms with the same
 * seed see the same ones.
 * @param learned names of the tasks, some of them perhaps made by `config.labels`
 * @throws naming an input or task that no example has
 */
export function drawnColumns(
  { name, tasks, draw }: Drawn,
  config: Pick<NumbersConfig, 'data' | 'inputs' | 'labels' | NumbersSplit>,
  learned: readonly string[],
  split: NumbersSplit,
  seed: number,
): Columns {
  const count = config[split];
  const examples = Array.from({ length: count }, (_, i) =>
    draw(stream(seed, name, split, `${i}`), config.data),
  );
  const field = (key: string): number[][] =>
    examples.map((example) => {
      if (key in example) return [example[key]].flat();
      const fields = Object.keys(example).join(', ');
      throw new Error(`${name}: examples have no ${key}; expected one of ${fields}`);
    });
  const order = stream(seed, name, split, 'shuffled').shuffle(examples.map((_, i) => i));
  const labelsOf = (task: string): Labels => {
    const made = Object.hasOwn(config.labels, task) ? config.labels[task] : undefined;
    const source = made?.of ?? task;
    if (!(source in tasks)) {
      const known = Object.keys(tasks).join(', ');
      throw new Error(`${name}: ${source} is no task; expected one of ${known}`);
    }
    const rows = field(source);
    const isKnown = rows.map((row) => row.every(Number.isFinite));
    const labels = {
      width: rows[0].length,
      // Not known stays 0: NaN would pass through a mask of 0.
      values: Float32Array.from(rows.flatMap((row, i) => (isKnown[i] ? row : row.map(() => 0)))),
      known: Float32Array.from(isKnown, Number),
    };
    if (made === undefined) return labels;
    return changedLabels(labels, made.as, order, stream(seed, name, split, 'labels', task));
  };
  const inputs = config.inputs.map(field);
  const widths: Record<string, number> = {};
  const arrays: Record<string, Float32Array> = {};
  const put = (key: string, width: number, values: Float32Array): void => {
    widths[key] = width;
    arrays[key] = values;
  };
  const rows = examples.map((_, i) => inputs.flatMap((input) => input[i]));
  put('x', rows[0].length, Float32Array.from(rows.flat()));
  for (const task of learned) {
    const { width, values, known } = labelsOf(task);
    put(`target/${task}`, width, values);
    put(`mask/${task}`, 1, known);
  }
  return { count, widths, arrays };
}

/** The kind of each learned task: its own, or that of the task that it is made of; of a coin binary. */
export const kindsOf = (
  { tasks }: Pick<Drawn, 'tasks'>,
  { labels }: Pick<NumbersConfig, 'labels'>,
  learned: readonly string[],
) =>
  learned.map((task) => {
    const made = Object.hasOwn(labels, task) ? labels[task] : undefined;
    return outputKinds[made?.as === 'coin' ? 'binary' : tasks[made?.of ?? task]];
  });
