import type { Objective, TrainingBatch } from '@scene-mtl/core';
import type { Program } from '@scene-mtl/lab';
import type { Drawn } from './drawn.ts';
import { numbersSchema, type GivenNumbers, type Numbers, type NumbersSpec } from './kind.ts';
import { measureNumbers } from './measurement.ts';
import { trainOnNumbers } from './train.ts';

/**
 * An objective besides the losses of the tasks, such as a hint on virtual examples (Abu-Mostafa 1990). The balance
 * weighs it by its name.
 */
export interface Hint {
  readonly objective: Objective;
  /** The stream that it reads, where it is one of its own: `x` `[B, n]` and what the objective's `arrays` say. */
  readonly stream?: {
    readonly batchSize: number;
    /** Batches from number `first` on; the same number, the same batch. */
    readonly batches: (first: number) => AsyncIterable<TrainingBatch>;
  };
}

/** What {@link numbersProgram} learns from. */
export interface NumbersData extends Drawn {
  /** Address (`import.meta.url`) of the module whose default export the program is. */
  readonly module: string;
  /** What runs are made with unless their arm says otherwise. */
  readonly config: GivenNumbers;
  /** Objectives that a run may name in `config.hints`. */
  readonly hints?: Readonly<Record<string, (spec: NumbersSpec) => Hint>>;
}

/** Dense networks on examples that are numbers: experiments without pictures. Each seed draws its own. */
export function numbersProgram(of: NumbersData): Program<NumbersSpec, Numbers> {
  const { name, module } = of;
  const { train, val } = of.config;
  const known = Object.keys(of.tasks);
  const opened = () => Promise.resolve({ data: { name, frames: { train, val }, tasks: known } });
  return {
    ...{ name, module, schema: numbersSchema },
    slug: (spec) => `${name}.${learned(spec, '-')}.${spec.config.hidden.join('-')}-hidden`,
    title: (spec) =>
      `${learned(spec, ' ')}, ${spec.config.hidden.join('-')} hidden, seed ${spec.seed}`,
    headline: (metric) => metric === `${known[0]}/rms`,
    effort: ({ tasks, config: { hidden, steps } }) => ({
      ...{ network: `${hidden.join('-')} ${tasks.length}`, work: steps, steps },
    }),
    start: () => ({
      ...{ open: opened, foresee: opened },
      train: (run) => trainOnNumbers(run, of),
      measure: (measurement, run) => measureNumbers(of, measurement, run),
    }),
  };
}

const learned = ({ tasks }: NumbersSpec, between: string): string =>
  tasks.length > 1 ? `${tasks.length}${between}tasks` : tasks[0];
