import { MAIN_STREAM, type TrainingBatch } from '@scene-mtl/core';
import { progressLine, type Balance } from '@scene-mtl/lab';
import { compile, type CompileOptions } from '@scene-mtl/runtime';
import type { FeatureType } from '@scene-mtl/datasets';
import { assemble } from '../assemble/assemble.ts';
import { datasetOf } from '../assemble/dataset.ts';
import { normalisationOf } from '../assemble/network.ts';
import type { Config } from '../config/schema.ts';
import type { StoredData } from '../data/stored-data.ts';
import { buildFeatures, type BuiltFeatures } from '../features/build-features.ts';
import { featureStore } from '../features/kept-features.ts';
import { loadInitial } from '../run/initial.ts';
import { chosenTasks } from '../train/selection.ts';
import { initialOf, type SourceRun } from './source-run.ts';
import { headConfig } from './train-head.ts';

/** Seconds of an epoch, one way of training. */
export interface EpochTimes {
  readonly way: string;
  /** One per epoch, in the order in which they ran. */
  readonly seconds: readonly number[];
  readonly min: number;
  readonly median: number;
}

/** How long an epoch of one head takes from kept features and otherwise. */
export interface TimedEpochs {
  readonly steps: number;
  readonly features: BuiltFeatures;
  readonly ways: readonly EpochTimes[];
}

/** What is timed. */
export interface TimeOptions {
  readonly source: SourceRun;
  readonly head: string;
  readonly features: FeatureType;
  readonly featureBytes?: number | undefined;
  /** Epochs of each way, in turns. */
  readonly epochs: number;
  readonly runs: string;
  readonly compile: CompileOptions;
  readonly dataWorkers: number;
}

interface Way {
  readonly name: string;
  readonly epoch: () => Promise<number>;
  readonly end: () => Promise<void>;
}

/**
 * Times an epoch of training a head from kept features, through the frozen trunk, and of training the
 * whole network end to end as its run did: side by side, epoch by epoch in turns, after three steps of
 * each that do not count. Evaluation is no part of it.
 */
export async function timeEpochs(options: TimeOptions): Promise<TimedEpochs> {
  const { source, head, epochs, runs } = options;
  const { description } = source;
  const base = { source, head, heads: description.tasks, isFresh: false, unfreeze: [], set: [] };
  const kept = await headConfig({ ...base, features: options.features });
  const line = progressLine();
  const dataset = await datasetOf(kept, runs, line);
  const steps = Math.floor(dataset.list('train').length / kept.training.batchSize);
  const alone = { name: 'fixed', options: { [head]: 1 } };
  const whole: Config = {
    ...description.config,
    network: {
      ...kept.network,
      init: [initialOf(source, ['shared', ...description.tasks])],
      freeze: [],
    },
  };
  const built: { features?: BuiltFeatures } = {};
  const onBuilt = (features: BuiltFeatures) => void (built.features = features);
  const ways: Way[] = [];
  const way = async (name: string, config: Config, balance: Balance): Promise<void> => {
    ways.push(await made({ ...options, name, config, balance, dataset, steps, onBuilt }));
  };
  try {
    await way(`${head} from ${options.features} features`, kept, alone);
    const through = { ...kept, training: { ...kept.training, features: 'none' as const } };
    await way(`${head} through the frozen trunk`, through, alone);
    await way('the whole network, end to end', whole, description.balance);
    const seconds = ways.map((): number[] => []);
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [i, one] of ways.entries()) {
        seconds[i].push(await one.epoch());
        line.update(() => `epoch ${epoch + 1} of ${epochs}: ${one.name}`);
      }
    }
    return {
      steps,
      features: built.features as BuiltFeatures,
      ways: ways.map(({ name }, i) => ({ way: name, ...spreadOf(seconds[i]) })),
    };
  } finally {
    for (const one of ways) await one.end();
  }
}

function spreadOf(seconds: readonly number[]): Omit<EpochTimes, 'way'> {
  const sorted = [...seconds].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
  return { seconds, min: sorted[0], median };
}

/** Builds one way of training, ready to run an epoch at a time. */
async function made(
  options: TimeOptions & {
    readonly name: string;
    readonly config: Config;
    readonly balance: Balance;
    readonly dataset: StoredData;
    readonly steps: number;
    readonly onBuilt: (built: BuiltFeatures) => void;
  },
): Promise<Way> {
  const { name, config, balance, dataset, steps, runs, dataWorkers, source } = options;
  const store = featureStore(runs, options.featureBytes);
  const parts = assemble({
    ...{ config, dataset, balance, dataWorkers, seed: source.description.seed },
    tasks: chosenTasks(dataset, source.description.tasks),
    features: { ...store, engine: options.compile.engine ?? 'onnx' },
  });
  const { step, kept, network } = parts;
  await loadInitial(network, config);
  await parts.lookAtFrames(progressLine());
  if (kept) {
    const built = await buildFeatures({
      ...{ cut: kept.cut, place: kept.place(), dataset, config, line: progressLine() },
      normalisation: normalisationOf(config),
      maximumBytes: store.maximumBytes,
      compile: options.compile,
    });
    options.onBuilt(built);
  }
  const compiled = await compile(step.run, step.signature, options.compile);
  await compiled.push();
  const stream = parts.streams[MAIN_STREAM](0)[Symbol.asyncIterator]();
  const rates = {
    'rate/network': Float32Array.of(parts.schedule(0)),
    'rate/weighting': Float32Array.of(parts.weightingSchedule(0)),
    apply: Float32Array.of(1),
  };
  let at = 0;
  const run = async (): Promise<void> => {
    const { arrays } = (await stream.next()).value as TrainingBatch;
    const read = Object.entries(arrays).filter(([key]) => key in step.signature);
    const floats = read.map(([key, array]) => [key, array as Float32Array] as const);
    await compiled.run({ ...Object.fromEntries(floats), ...rates, ...step.inputsAt(at++) });
  };
  for (let i = 0; i < 3; i++) await run();
  return {
    name,
    async epoch() {
      const before = performance.now();
      for (let i = 0; i < steps; i++) await run();
      return (performance.now() - before) / 1000;
    },
    async end() {
      await stream.return?.();
      await compiled.dispose();
      network.model.dispose();
    },
  };
}
