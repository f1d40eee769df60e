import { GENERATOR_VERSION } from '@scene-mtl/datasets';
import { canonicalJson, withoutDefaults } from '@scene-mtl/lab';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { configSchema, type Config } from '../config/schema.ts';
import type { TaskName } from '../paper/table1.ts';
import { hashOfText } from '../run/files.ts';

/**
 * Version of what a run computes. Raised by a change that alters the numbers of a run beyond
 * rounding, so that results of before and after never stand in one table.
 */
export const RUN_VERSION = 1;

/** A configuration without what a single run does not depend on. */
export type RunConfig = Omit<Config, 'seeds' | 'strips' | 'optimalWeights'>;

/** How a run balances its tasks: a method of the registry of `@scene-mtl/core`, with its options. */
export interface Balance {
  /** Canonical name; see `balancers`. */
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
}

/** Everything that decides the numbers of one training run. */
export interface RunSpec {
  readonly config: RunConfig;
  /** In the order of the paper's columns. */
  readonly tasks: readonly TaskName[];
  readonly balance: Balance;
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
function dataIdentity(data: RunConfig['data'], found: string | undefined): object {
  if (data.source === 'generated') return { ...data, generator: GENERATOR_VERSION };
  const { root, ...limits } = data;
  return { ...limits, found: found ?? root };
}

/**
 * Folder name of a run: what it trains, then 12 hex digits of a hash of everything that decides its
 * numbers (configuration, initial weights by content, tasks, balance, seed, data, `RUN_VERSION`).
 * Two figures that need the same run therefore share it. Values that equal the configuration's
 * defaults do not count, so a new option changes no id; nor does the order of keys. How often a run
 * is evaluated or saved changes no number.
 */
export function runId(spec: RunSpec, found?: string): string {
  const { config, tasks, balance, seed } = spec;
  const bare = withoutDefaults(configSchema, withoutWeightsFolder(config)) as RunConfig;
  const { evalEvery: _, checkpointEvery: __, ...decisive } = bare.training;
  const identity = {
    ...bare,
    version: RUN_VERSION,
    data: dataIdentity(bare.data, found),
    training: decisive,
    tasks,
    balance,
    seed,
  };
  const hash = hashOfText(canonicalJson(identity));
  const { height, width } = config.size;
  return `${tasks.join('-')}.${balance.name}.${height}x${width}.seed-${seed}.${hash.slice(0, 12)}`;
}

/** Fixed weights of a run, one per task. */
export const fixedWeights = (
  tasks: readonly TaskName[],
  weights: Readonly<Partial<Record<TaskName, number>>>,
): Balance => ({
  name: 'fixed',
  options: Object.fromEntries(tasks.map((task) => [task, weights[task] ?? 0])),
});

/** Learned weights in equation 10's form, or another of the registry of balancers. */
export const learnedWeights = (
  name = 'uncertainty',
  options: Readonly<Record<string, number>> = {},
): Balance => ({ name, options });
