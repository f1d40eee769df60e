import { GENERATOR_VERSION } from '@scene-mtl/datasets';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import type { Config } from '../config/schema.ts';
import type { TaskName } from '../paper/table1.ts';
import { hashOf } from '../run/files.ts';
import type { NamedWeighting } from '../train/weightings.ts';

/**
 * Version of what a run computes. Raised by a change that alters the numbers of a run beyond
 * rounding, so that results of before and after never stand in one table.
 */
export const RUN_VERSION = 1;

/** A configuration without what a single run does not depend on. */
export type RunConfig = Omit<Config, 'seeds' | 'strips' | 'optimalWeights'>;

/** Everything that decides the numbers of one training run. */
export interface RunSpec {
  readonly config: RunConfig;
  /** In the order of the paper's columns. */
  readonly tasks: readonly TaskName[];
  readonly weighting: NamedWeighting;
  readonly seed: number;
}

/** A configuration's part that one run depends on. */
export function runConfig({
  seeds: _,
  strips: __,
  optimalWeights: ___,
  ...config
}: Config): RunConfig {
  return config;
}

/**
 * Identity of a run's data: of generated scenes their recipe, of a folder what was found in it.
 * @param found fingerprint of the opened folder (`fingerprintOf`); generated scenes need none
 */
function dataIdentity({ data }: RunConfig, found: string | undefined): unknown {
  if (data.source === 'generated') return { ...data, generator: GENERATOR_VERSION };
  const { root: _, ...limits } = data;
  return { ...limits, found: found ?? data.root };
}

/**
 * Folder name of a run: what it trains, then 12 hex digits of a hash of everything that decides its
 * numbers (configuration, initial weights by content, tasks, weighting, seed, data, `RUN_VERSION`).
 * Two figures that need the same run therefore share it. How often it is evaluated, logged or saved
 * changes no number.
 */
export function runId(spec: RunSpec, found?: string): string {
  const { config, tasks, weighting, seed } = spec;
  const { evalEvery: _, checkpointEvery: __, ...decisive } = config.training;
  const hash = hashOf({
    version: RUN_VERSION,
    data: dataIdentity(config, found),
    size: config.size,
    network: withoutWeightsFolder(config).network,
    training: decisive,
    tasks,
    weighting: [weighting.name, sorted(weighting.options)],
    seed,
  });
  const size = `${config.size.width}x${config.size.height}`;
  return `${tasks.join('-')}.${weighting.name}.${size}.seed-${seed}.${hash.slice(0, 12)}`;
}

const sorted = (options: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));

/** Fixed weights of a run, one per task. */
export const fixedWeights = (
  tasks: readonly TaskName[],
  weights: Readonly<Partial<Record<TaskName, number>>>,
): NamedWeighting => ({
  kind: 'named',
  name: 'fixed',
  options: Object.fromEntries(tasks.map((task) => [task, weights[task] ?? 0])),
});

/** Learned weights in equation 10's form, or another of `weightingNames`. */
export const learnedWeights = (
  name = 'uncertainty',
  options: Readonly<Record<string, number>> = {},
): NamedWeighting => ({ kind: 'named', name, options });
