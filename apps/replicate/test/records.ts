import type { Artefacts, Json, Series } from '@scene-mtl/lab';
import { sceneRunId } from '../src/scenes/program.ts';
import type {
  SceneContext,
  SceneData,
  SceneExperiment,
  SceneResults,
  SceneSpec,
  SceneSummary,
} from '../src/scenes/kind.ts';
import { runConfig } from '../src/scenes/spec.ts';

/** Three classes with all annotations. */
export const street: SceneData = {
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
  readonly tasks: readonly string[];
  readonly weighting: string;
  readonly options?: Readonly<Record<string, number | string>>;
  readonly seed: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly series?: Readonly<Record<string, Series>>;
  /** By name of the measurement. */
  readonly measured?: Readonly<Record<string, Json>>;
  /** Default 1. */
  readonly stepsPerSecond?: number;
  /** Changes of the configuration. */
  readonly config?: (config: SceneSpec['config']) => SceneSpec['config'];
}

/** Results that hold just these runs. */
export function resultsOf(context: SceneContext, made: readonly MadeRun[]): SceneResults {
  const byId = new Map(
    made.map((run) => {
      const { tasks, weighting, options = {}, seed, metrics, series = {} } = run;
      const { stepsPerSecond = 1 } = run;
      const base = runConfig(context.config);
      const config = run.config ? run.config(base) : base;
      const spec: SceneSpec = {
        config,
        tasks,
        balance: { name: weighting, options },
        seed,
      };
      const id = sceneRunId(spec);
      const summary: SceneSummary = {
        id,
        spec,
        data: { name: context.data.name, ...context.data.frames, fingerprint: null },
        result: { metrics, sigma2: {}, weights: {}, parameters: 1, steps: config.training.steps },
        series,
        evaluations: [],
        timing: { seconds: 1, stepsPerSecond, engineShare: 1, engine: 'test' },
        environment: {},
      };
      return [id, { summary, measured: run.measured ?? {} }] as const;
    }),
  );
  return {
    summary: (spec) => byId.get(sceneRunId(spec))?.summary,
    measured: (spec, { name }) => byId.get(sceneRunId(spec))?.measured[name] as never,
    file: () => Promise.resolve(undefined),
  };
}

/** What an experiment makes of these runs. */
export const rendered = async <O>(
  experiment: SceneExperiment<O>,
  context: SceneContext<O>,
  made: readonly MadeRun[],
): Promise<Artefacts> => experiment.show(context, resultsOf(context, made));
