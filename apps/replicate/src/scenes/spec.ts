import { GENERATOR_VERSION } from '@scene-mtl/datasets';
import { titleOf, withoutDefaults, type Balance } from '@scene-mtl/lab';
import { decisiveTraining } from '../config/decisive.ts';
import { withoutPluginPlaces } from '../config/plugins.ts';
import { withoutWeightsFolder } from '../config/pretrained.ts';
import { configSchema, type Config } from '../config/schema.ts';
import type { RunConfig, SceneArm, SceneSpec } from './kind.ts';

/**
 * Version of what a run computes. Raised by a change that alters the numbers of a run beyond
 * rounding, so that results of before and after never stand in one table.
 */
export const RUN_VERSION = 1;

/** A configuration's part that one run depends on. */
export function runConfig({
  seeds: _,
  strips: __,
  optimalWeights: ___,
  ...config
}: Config): RunConfig {
  return config;
}

/** The arm of a configuration. */
export const armOf = (
  config: Config,
  { tasks, balance }: Pick<SceneSpec, 'tasks' | 'balance'>,
): SceneArm => ({ config: runConfig(config), tasks, balance });

/**
 * Identity of a run's data: of generated scenes their recipe, of a folder what was found in it.
 * @param fingerprint of the opened folder; generated scenes need none
 */
function dataIdentity(data: RunConfig['data'], fingerprint: string | undefined): object {
  if (data.source === 'generated') return { ...data, generator: GENERATOR_VERSION };
  const { root, ...limits } = data;
  // `found`: the first name of the fingerprint, kept because ids are hashes over it.
  return { ...limits, found: fingerprint ?? root };
}

/**
 * Everything that decides the numbers of a run: configuration, initial weights by content, tasks,
 * balance, seed, data, `RUN_VERSION`. Values that equal the configuration's defaults do not count, so
 * a new option changes no id. How often a run is evaluated or saved changes no number.
 */
export function identityOf(spec: SceneSpec, fingerprint?: string): object {
  const { config, tasks, balance, seed } = spec;
  const bare = withoutDefaults(
    configSchema,
    withoutPluginPlaces(withoutWeightsFolder(config)),
  ) as RunConfig;
  return {
    ...bare,
    version: RUN_VERSION,
    data: dataIdentity(bare.data, fingerprint),
    training: decisiveTraining(bare.training),
    tasks,
    balance,
    seed,
  };
}

/** Start of the name of a run's folder: what it trains, at which size. */
export const slugOf = ({ tasks, balance, config: { size } }: SceneSpec): string =>
  `${tasks.join('-')}.${balance.name}.${size.height}x${size.width}`;

/** A run in a few words. */
export const sceneTitle = (spec: SceneSpec): string => {
  const { height, width } = spec.config.size;
  return titleOf(spec).replace(/ (seed \d+)$/, ` ${height}×${width} $1`);
};

/** The specification without folders of this machine. */
export function portable(spec: SceneSpec): SceneSpec {
  const config = withoutPluginPlaces(withoutWeightsFolder(spec.config));
  const { data } = config;
  return data.source === 'generated'
    ? { ...spec, config }
    : { ...spec, config: { ...config, data: { ...data, root: '' } } };
}

/** Fixed weights of a run, one per task. */
export const fixedWeights = (
  tasks: readonly string[],
  weights: Readonly<Partial<Record<string, number>>>,
): Balance => ({
  name: 'fixed',
  options: Object.fromEntries(tasks.map((task) => [task, weights[task] ?? 0])),
});

/** Learned weights in equation 10's form, or another of the registry of balancers. */
export const learnedWeights = (
  name = 'uncertainty',
  options: Readonly<Record<string, number>> = {},
): Balance => ({ name, options });
