import type { Artefacts, DataSummary, Item, ItemContext, Results } from '../src/experiment/item.ts';
import type { RunRecord, Series } from '../src/experiment/record.ts';
import { runConfig, runId, type RunSpec } from '../src/experiment/spec.ts';
import type { Json } from '../src/measure/measurement.ts';
import type { TaskName } from '../src/paper/table1.ts';

/** Three classes with all annotations. */
export const street: DataSummary = {
  name: 'street',
  frames: { train: 12, val: 4 },
  tasks: ['semantic', 'instance', 'depth'],
  classes: ['road', 'car', 'person'],
  palette: [
    [128, 64, 128],
    [0, 0, 142],
    [220, 20, 60],
  ],
  instanceClasses: [1, 2],
};

/** A finished run as a test states it. */
export interface MadeRun {
  readonly tasks: readonly TaskName[];
  readonly weighting: string;
  readonly options?: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly series?: Readonly<Record<string, Series>>;
  /** By name of the measurement. */
  readonly measured?: Readonly<Record<string, Json>>;
  /** Changes of the configuration. */
  readonly config?: (config: RunSpec['config']) => RunSpec['config'];
}

/** Results that hold just these runs. */
export function resultsOf(context: ItemContext, made: readonly MadeRun[]): Results {
  const byId = new Map(
    made.map((run) => {
      const { tasks, weighting, options = {}, seed, metrics, series = {} } = run;
      const base = runConfig(context.config);
      const config = run.config ? run.config(base) : base;
      const spec: RunSpec = {
        config,
        tasks,
        balance: { name: weighting, options },
        seed,
      };
      const id = runId(spec);
      const record: RunRecord = {
        id,
        spec,
        data: { name: context.data.name, ...context.data.frames, fingerprint: null },
        result: { metrics, sigma2: {}, weights: {}, parameters: 1, steps: config.training.steps },
        series,
        evaluations: [],
        timing: { seconds: 1, stepsPerSecond: 1, engineShare: 1, engine: 'test' },
        environment: {},
      };
      return [id, { record, measured: run.measured ?? {} }] as const;
    }),
  );
  return {
    record: (spec) => byId.get(runId(spec))?.record,
    measured: (spec, { name }) => byId.get(runId(spec))?.measured[name] as never,
    file: () => Promise.resolve(undefined),
  };
}

/** What an item makes of these runs. */
export const rendered = async <O>(
  item: Item<O>,
  context: ItemContext<O>,
  made: readonly MadeRun[],
): Promise<Artefacts> => item.render(context, resultsOf(context, made));
