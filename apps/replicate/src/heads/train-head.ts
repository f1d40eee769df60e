import { continuation, partsOf, frozen, type Network } from '@scene-mtl/core';
import type { FeatureType } from '@scene-mtl/datasets';
import type { RunResult } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { networkOf } from '../assemble/network.ts';
import { configured } from '../config/overrides.ts';
import { withPlugins, type PluginRecord } from '../config/plugins.ts';
import type { Config } from '../config/schema.ts';
import { trainRun } from '../train/train-run.ts';
import { frozenParts } from './frozen-parts.ts';
import type { NetworkFile } from './network-file.ts';
import { networkOfRun } from './show-network.ts';
import { initialOf, taskNamed, withoutWeights, type SourceRun } from './source-run.ts';
import { proveUntouched, untouchedIfPresent, type Untouched } from './untouched.ts';

/** What of a trained run is trained further, and how. */
export interface TrainHeadOptions {
  readonly source: SourceRun;
  /** The head that is trained. */
  readonly head: string;
  /** The heads of the new run, in order; those that the source has begin, and stay, as they are there. */
  readonly heads: readonly string[];
  /** Whether the head begins anew. */
  readonly isFresh: boolean;
  /** Parts of the trunk that are trained with it. */
  readonly unfreeze: readonly string[];
  readonly features: FeatureType | 'none';
  readonly featureBytes?: number | undefined;
  /** `key=value`, laid over the source's configuration. */
  readonly set: readonly string[];
  /** Modules of definitions that the head may need, loaded; besides those of the source. */
  readonly plugins?: readonly PluginRecord[];
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  readonly owner?: string | undefined;
  readonly runs: string;
  readonly name: string;
  readonly compile: CompileOptions;
  readonly dataWorkers: number;
  readonly command: string;
  readonly say: (text: string) => void;
}

/** What became of it. */
export interface ChangedRun {
  readonly folder: string;
  readonly result: RunResult;
  readonly untouched: Untouched | undefined;
  readonly network: NetworkFile;
}

/**
 * Trains one head of a trained run, by default on the trunk's kept features, into a whole run of its own.
 * The other heads' outputs are compared by hash before it counts as finished.
 * @throws for a part that the network has not, or of another head; when an output moved that must not
 */
export async function trainHead(options: TrainHeadOptions): Promise<ChangedRun> {
  const { source, head, heads, runs, name, seed = source.description.seed } = options;
  const config = await headConfig(options);
  const { training } = config;
  const { features, steps, flip } = training;
  options.say(
    `${head} from ${source.folder}, step ${source.checkpoint.manifest.step}: ${steps} steps, ` +
      (features === 'none'
        ? 'images through the whole network'
        : `${features} features of the frozen part; mirrored with probability ${flip}, no zoom, no jitter`),
  );
  const { folder, result } = await trainRun({
    ...{ config, runs, name, seed },
    tasks: heads,
    balance: { name: 'fixed', options: { [head]: 1 } },
    select: `${head}/${taskNamed(head, source).metrics[0].name}`,
    compile: options.compile,
    dataWorkers: options.dataWorkers,
    command: options.command,
    ...(options.featureBytes !== undefined && { featureBytes: options.featureBytes }),
    prove: async (network, run) => {
      await proveUntouched({ source, network, compile: options.compile, ...run });
    },
  });
  const { say, owner } = options;
  const from = await networkOfRun({ run: source.folder, say });
  const network = await networkOfRun(
    { run: folder, say, ...(owner !== undefined && { owners: { [head]: owner } }) },
    from,
  );
  return { folder, result, network, untouched: await untouchedIfPresent(folder) };
}

/** The configuration of a run that trains one head of another; see {@link trainHead}. */
export async function headConfig(
  options: Pick<
    TrainHeadOptions,
    | 'source'
    | 'head'
    | 'heads'
    | 'isFresh'
    | 'unfreeze'
    | 'set'
    | 'plugins'
    | 'steps'
    | 'seed'
    | 'features'
  >,
): Promise<Config> {
  const { source, head, heads, isFresh, unfreeze, set, steps } = options;
  const base = withPlugins(source.description.config, options.plugins ?? []);
  const own: Config = {
    ...base,
    network: {
      ...base.network,
      encoder: withoutWeights(base.network.encoder),
      init: [],
      freeze: [],
    },
    training: {
      ...base.training,
      ...(steps !== undefined && { steps }),
      only: [head],
      features: options.features,
      sampling: ofOneHead(base.training.sampling),
      ...(options.features !== 'none' && { zoom: 1, jitter: 0 }),
    },
  };
  const config = await configured(own, { set });
  const tasks = heads.map((name) => taskNamed(name, source));
  const network = networkOf(config, tasks, options.seed ?? source.description.seed);
  try {
    assertOfTrunk(network, unfreeze);
    const freeze = frozenParts(network, [head, ...unfreeze]).sort();
    const owners = ['shared', ...heads.filter((one) => source.description.tasks.includes(one))];
    const parts = isFresh ? owners.filter((one) => one !== head) : owners;
    const features = hasFrozenTrunk(network, freeze, head) ? config.training.features : 'none';
    return {
      ...config,
      network: { ...config.network, init: [initialOf(source, parts)], freeze },
      training: { ...config.training, features },
    };
  } finally {
    network.model.dispose();
  }
}

/** How frames are drawn stays; which tasks a step is for says nothing where there is one. */
function ofOneHead(sampling: Config['training']['sampling']): Config['training']['sampling'] {
  if (sampling === null || Object.keys(sampling.frames).length === 0) return null;
  return { ...sampling, tasksPerStep: null, shares: {} };
}

/** @throws naming the part that is not one of the trunk */
function assertOfTrunk(network: Network, parts: readonly string[]): void {
  for (const part of parts) {
    const choice = orNamed('--unfreeze', () => partsOf(network, [part]));
    const other = network.weights.find((weight) => choice(weight) && weight.owner !== 'shared');
    if (!other) continue;
    throw new Error(
      `--unfreeze ${part}: expected a part of the trunk, got one of a head; tune that head by itself`,
    );
  }
}

function orNamed<T>(flag: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Error(`${flag}: ${(cause as Error).message}`, { cause });
  }
}

/** Whether weights lie before the part that is trained: else there is nothing to keep. */
function hasFrozenTrunk(network: Network, freeze: readonly string[], head: string): boolean {
  const { before } = continuation(frozen(network, partsOf(network, freeze)), [head]);
  return network.weights.some(({ layer }) => before.has(layer));
}
