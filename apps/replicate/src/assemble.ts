import { join } from 'node:path';
import {
  dilatedResidual,
  imageNetNormalisation,
  mobileNet,
  multiTaskModel,
  parametersOf,
  poly,
  resNet,
  scaledRates,
  sgd,
  symmetricNormalisation,
  warmUp,
  withAspp,
  type Encoder,
  type MultiTaskModel,
  type Normalisation,
  type Optimiser,
  type ParameterSet,
  type Schedule,
  type Task,
  type TrainingBatch,
  type Weighting,
} from '@scene-mtl/core';
import { batches, batchesInWorkers } from '@scene-mtl/datasets';
import type { ProgressLine } from '@scene-mtl/lab';
import type { Config } from './config/schema.ts';
import { augmentationOf } from './data/augmentation.ts';
import { ALL, openStored, type StoredData } from './data/stored-data.ts';
import { streetTree } from './data/street-tree.ts';
import {
  trainingBatches,
  trainingBatchesRecipe,
  type TrainingBatches,
} from './data/training-batches.ts';

/** The only file that turns configuration into parts. */

/**
 * Opens the data of a configuration; generated scenes are made on first use. Decoded samples are kept
 * in `data/cache` of the folder of all runs.
 */
export async function datasetOf(
  config: Pick<Config, 'data' | 'size'>,
  runs: string,
  line: ProgressLine,
): Promise<StoredData> {
  const { data, size } = config;
  const { holdOut } = data;
  const cache = join(runs, 'data', 'cache');
  if (data.source === 'folder') {
    const { root, classes, skyDisparity, maxTrain, maxVal } = data;
    const limits = { train: maxTrain, val: maxVal, test: null };
    const reading = { ...(classes && { classes }), ...(skyDisparity && { skyDisparity }) };
    return openStored({ root, ...reading, limits, holdOut, cache });
  }
  const root = await streetTree({ folder: join(runs, 'data'), size, ...data, line });
  const truth = data.disparitySigma > 0 ? { truth: join(root, 'truth') } : {};
  return openStored({ root, ...truth, limits: ALL, holdOut, cache });
}

function encoderOf({ network, size }: Config): Encoder {
  const { encoder } = network;
  const sides = [size.height, size.width] as const;
  const aspp = (channels: number, outputStride: number) => ({
    channels,
    rates: scaledRates(sides, outputStride),
  });
  switch (encoder.kind) {
    case 'dilated-residual': {
      const { stem, channels, asppChannels } = encoder;
      return dilatedResidual({ stem, channels, aspp: aspp(asppChannels, 8) });
    }
    case 'resnet101':
      return withAspp(resNet({ depth: 101, outputStride: 8 }), aspp(encoder.asppChannels, 8));
    case 'mobilenet': {
      const { alpha, outputStride, blocks, asppChannels } = encoder;
      const backbone = mobileNet({ alpha, outputStride, blocks });
      return asppChannels === null
        ? backbone
        : withAspp(backbone, aspp(asppChannels, outputStride));
    }
  }
}

/** How the network wants its images: as its ImageNet weights were trained, with or without them. */
export const normalisationOf = ({ network }: Pick<Config, 'network'>): Normalisation =>
  network.encoder.kind === 'mobilenet' ? symmetricNormalisation : imageNetNormalisation;

/** The network of a configuration with its initial weights. */
export function networkOf(config: Config, tasks: readonly Task[], seed: number): MultiTaskModel {
  const { size, network } = config;
  return multiTaskModel({
    encoder: encoderOf(config),
    tasks,
    size: [size.height, size.width],
    decoder: network.decoder,
    seed,
  });
}

/** Everything that a training run needs, made from a configuration. */
export interface Assembled {
  readonly network: MultiTaskModel;
  readonly parameters: ParameterSet;
  readonly weighting: Weighting;
  readonly optimiser: Optimiser;
  readonly schedule: Schedule;
  readonly weightingSchedule: Schedule;
  readonly batches: (first: number) => AsyncIterable<TrainingBatch>;
}

/** What a training run is made from. */
export interface Parts {
  readonly config: Config;
  readonly dataset: StoredData;
  readonly tasks: readonly Task[];
  readonly weighting: Weighting;
  readonly seed: number;
  /** Threads that make batches; 0: the training's own. Never changes them. */
  readonly dataWorkers: number;
}

/** Builds network, optimiser, schedules and batches for some tasks, a weighting and one seed. */
export function assemble(parts: Parts): Assembled {
  const { config, dataset, tasks, weighting, seed, dataWorkers } = parts;
  const { training } = config;
  const network = networkOf(config, tasks, seed);
  const parameters = parametersOf(network, weighting.variables);
  const { steps, learningRate, weightingLearningRate, momentum, weightDecay, clipNorm } = training;
  const optimiser = sgd(parameters.trained, {
    momentum,
    weightDecay,
    ...(clipNorm !== null && { clipNorm }),
  });
  const horizon = training.scheduleSteps ?? steps;
  const rate = (base: number): Schedule =>
    training.warmUp > 0 ? warmUp(training.warmUp, poly(base, horizon)) : poly(base, horizon);
  const wanted = {
    tasks: tasks.map(({ name }) => name),
    batchSize: training.batchSize,
    augmentation: augmentationOf(config),
    normalisation: normalisationOf(config),
    seed,
  };
  return {
    network,
    parameters,
    weighting,
    optimiser,
    schedule: rate(learningRate),
    weightingSchedule: rate(weightingLearningRate ?? learningRate),
    batches: (startStep) =>
      dataWorkers === 0
        ? batches({ ...trainingBatches(dataset, wanted), startStep })
        : batchesInWorkers({
            recipe: trainingBatchesRecipe,
            argument: { data: dataset.recipe, ...wanted } satisfies TrainingBatches,
            workers: dataWorkers,
            recycle: true,
            startStep,
          }),
  };
}
