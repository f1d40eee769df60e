import type { Program } from '@scene-mtl/lab';
import { drawnDataset, type Drawn } from './dataset.ts';
import { numbersSchema, type Numbers, type NumbersConfig, type NumbersSpec } from './kind.ts';
import { trainOnNumbers } from './train.ts';

/** What {@link numbersProgram} learns from. */
export interface NumbersData extends Drawn {
  /** Address (`import.meta.url`) of the module whose default export the program is. */
  readonly module: string;
  /** The field that the networks read. */
  readonly input: string;
  /** What runs are made with unless their arm says otherwise. */
  readonly config: NumbersConfig;
}

/** Dense networks on examples that are numbers: experiments without pictures. Each seed draws its own. */
export function numbersProgram(of: NumbersData): Program<NumbersSpec, Numbers> {
  const { name, module, input, tasks, config } = of;
  const { train, val } = config;
  const opened = () => Promise.resolve({ data: { name, frames: { train, val }, tasks } });
  return {
    ...{ name, module, schema: numbersSchema },
    slug: (spec) => `${name}.${learned(spec)}.${spec.config.hidden}-hidden`.replace(' ', '-'),
    title: (spec) => `${learned(spec)}, ${spec.config.hidden} hidden, seed ${spec.seed}`,
    headline: (metric) => metric.startsWith(`${tasks[0]}/`),
    effort: ({ config: { hidden, steps } }) => ({ network: `${hidden}`, work: steps, steps }),
    start: () => ({
      ...{ open: opened, foresee: opened },
      train: (run) => trainOnNumbers(run, drawnDataset(of, run.spec.config, run.spec.seed), input),
    }),
  };
}

const learned = ({ tasks }: NumbersSpec): string =>
  tasks.length > 1 ? `${tasks.length} tasks` : tasks[0];
