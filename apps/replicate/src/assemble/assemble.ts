import {
  balancerNamed,
  drawing,
  faded,
  fadingOf,
  gramStep,
  MAIN_STREAM,
  objectiveOf,
  parametersOf,
  trainingStep,
  withFading,
  withRandomLayers,
  type Fading,
  type GramStep,
  type ParameterSet,
  type Schedule,
  type TrainingStep,
} from '@scene-mtl/core';
import { didYouMean } from '@scene-mtl/data';
import type { Balance } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import { hintObjectives, type VisionTask } from '@scene-mtl/vision-heads';
import type { Config } from '../config/schema.ts';
import { factorsOf, samplingOf } from '../data/sampling.ts';
import type { StoredData } from '../data/stored-data.ts';
import { taskNames } from '../data/task-names.ts';
import { assertKeepable, type FeatureStore } from '../features/kept-features.ts';
import { keptPartOf, type KeptPart } from './kept-part.ts';
import { networkOf, type VisionNetwork } from './network.ts';
import { optimiserOf, scheduleOf } from './optimisation.ts';
import { trainingStreams, type TrainingStreams } from './training-streams.ts';

/** Only the files of this folder turn configuration into parts. */

/** Everything that a training run needs, made from a configuration. */
export interface Assembled extends TrainingStreams {
  readonly network: VisionNetwork;
  readonly parameters: ParameterSet;
  readonly step: TrainingStep;
  /** Which tasks are no longer trained on; absent where none is ever stopped. */
  readonly fading?: Fading;
  /** Looks at the gradients of a batch. @throws where the tasks share nothing that is trained */
  readonly gradients: () => GramStep;
  readonly schedule: Schedule;
  readonly weightingSchedule: Schedule;
  /** What is kept of the frozen part, where the configuration asks for it. */
  readonly kept?: KeptPart;
}

/** What a training run is made from. */
export interface Parts {
  readonly config: Config;
  readonly dataset: StoredData;
  readonly tasks: readonly VisionTask[];
  readonly balance: Balance;
  readonly seed: number;
  /** Threads that make batches; 0: the training's own. Never changes them. */
  readonly dataWorkers: number;
  /** Where features are kept, if the configuration asks for it. */
  readonly features?: FeatureStore & Pick<CompileOptions, 'engine'>;
}

/** The tasks that a run learns, of those of its network. */
function learnedOf(
  tasks: readonly VisionTask[],
  only: Config['training']['only'],
): readonly VisionTask[] {
  const unknown = only?.find((name) => !tasks.some((task) => task.name === name));
  if (unknown === undefined) return only ? tasks.filter(({ name }) => only.includes(name)) : tasks;
  const names = tasks.map(({ name }) => name);
  throw new Error(`training.only: the run has no task ${unknown}; ${didYouMean(unknown, names)}`);
}

/** @throws naming what is set for a head that the data cannot train */
function assertHeads({ heads }: Config['network'], dataset: StoredData): void {
  const names = taskNames(dataset);
  const unknown = Object.keys(heads).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new Error(`network.heads.${unknown}: no such task; ${didYouMean(unknown, names)}`);
}

/** Builds network, step, schedules and batches for some tasks, a balance and one seed. */
export function assemble(parts: Parts): Assembled {
  const { config, dataset, balance, seed, dataWorkers } = parts;
  const { training } = config;
  assertKeepable(training);
  assertHeads(config.network, dataset);
  const tasks = learnedOf(parts.tasks, training.only);
  const names = tasks.map(({ name }) => name);
  const { learningRate, weightingLearningRate, batchSize } = training;
  const sampling = samplingOf(config, dataset);
  const frames = dataset.list('train').length;
  const hints = hintObjectives(tasks, training.hints);
  const balancer = balancerNamed(balance.name).make(
    {
      objectives: [...tasks, ...hints],
      seed,
      batchesPerEpoch: Math.max(1, Math.floor(frames / batchSize)),
      initialLogVariance: training.initialLogVariance,
    },
    balance.options,
  );
  const network = networkOf(config, parts.tasks, seed);
  const parameters = parametersOf(network, balancer.variables);
  const kept = keptPartOf(config, network, names, parts.features);
  const objectives = tasks.map((task) => objectiveOf(task, network.size));
  const fading =
    training.stopping === null
      ? undefined
      : fadingOf(
          tasks.map(({ name, metrics: [{ name: metric, better }] }) => ({
            ...{ objective: name, metric: `${name}/${metric}`, better },
          })),
          training.stopping,
        );
  const factors = factorsOf(sampling, names, seed, fading);
  const whole = {
    network: kept?.cut ?? network,
    objectives: [...(factors ? objectives.map(faded) : objectives), ...hints],
    balancer,
    parameters,
    optimiser: optimiserOf(config, parameters.trained),
    batchSizes: { [MAIN_STREAM]: batchSize },
  };
  const streams = trainingStreams({
    ...{ config, dataset, tasks: names, sampling, seed, dataWorkers },
    ...(kept && { features: kept.place }),
  });
  const plain = withRandomLayers(trainingStep(whole), network, seed);
  const rate = scheduleOf(training);
  return {
    network,
    parameters,
    step: factors ? withFading(plain, factors) : plain,
    ...(fading && { fading }),
    gradients: () => drawing(gramStep(whole), network),
    ...(kept && { kept }),
    schedule: rate(learningRate),
    weightingSchedule: rate(weightingLearningRate ?? learningRate),
    ...streams,
  };
}
