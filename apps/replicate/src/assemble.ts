import { join } from 'node:path';
import {
  dilatedResidual,
  imageNetNormalisation,
  multiTaskModel,
  parametersOf,
  poly,
  resNet,
  sampleArrays,
  scaledRates,
  sgd,
  warmUp,
  withAspp,
  type Encoder,
  type MultiTaskModel,
  type Optimiser,
  type ParameterSet,
  type Schedule,
  type Task,
  type TrainingBatch,
  type Weighting,
} from '@scene-mtl/core';
import {
  batches,
  cached,
  horizontalFlip,
  openDataset,
  type Dataset,
  type Split,
} from '@scene-mtl/datasets';
import { depth, instance, semantic } from '@scene-mtl/vision-heads';
import type { Config } from './config/schema.ts';
import { streetTree } from './data/street-tree.ts';
import type { ProgressLine } from './run/progress.ts';
import type { TaskName } from './paper/table1.ts';

/** The only file that turns configuration into parts. */

/** Opens the data of a configuration; generated scenes are made on first use. */
export async function datasetOf(
  config: Config,
  runs: string,
  line: ProgressLine,
): Promise<Dataset> {
  const { data, size } = config;
  if (data.source === 'generated') {
    const root = await streetTree({ folder: join(runs, 'data'), size, ...data, line });
    const scenes = await openDataset(root);
    const judged =
      data.disparitySigma > 0 ? judgedBy(await openDataset(join(root, 'truth')), scenes) : scenes;
    return cached(heldOut(judged, data.holdOut));
  }
  const { root, classes, skyDisparity } = data;
  const dataset = await openDataset(root, {
    ...(classes && { classes }),
    ...(skyDisparity && { skyDisparity }),
  });
  if (!Object.values(dataset.annotations).includes(true)) {
    throw new Error(
      `${root}: ${dataset.name} without classes, objects or disparities, so there is nothing to train on; expected gtFine or disparity beside leftImg8bit, or CamVid`,
    );
  }
  const limits = { train: data.maxTrain, val: data.maxVal, test: null };
  const limited = {
    ...dataset,
    list: (split: Split) => spread(dataset.list(split), limits[split]),
  };
  return cached(heldOut(limited, data.holdOut));
}

/** Noisy labels to train on, and the truth to validate with. */
const judgedBy = (truth: Dataset, noisy: Dataset): Dataset => ({
  ...noisy,
  read: (id, split, size) => (split === 'val' ? truth : noisy).read(id, split, size),
});

/** Some training frames, evenly over the list, in place of the validation split. */
function heldOut(dataset: Dataset, count: number | null): Dataset {
  if (count === null) return dataset;
  const all = dataset.list('train');
  if (count >= all.length) {
    throw new Error(
      `data.holdOut ${count}: ${dataset.name} has only ${all.length} training frames`,
    );
  }
  const held = spread(all, count);
  const out = new Set(held);
  const train = all.filter((id) => !out.has(id));
  return {
    ...dataset,
    list: (split) => (split === 'test' ? dataset.list(split) : split === 'val' ? held : train),
    read: (id, split, size) => dataset.read(id, out.has(id) ? 'train' : split, size),
  };
}

/** At most `limit` frames, evenly over the list: neighbours in a video are alike. */
function spread<T>(list: readonly T[], limit: number | null): readonly T[] {
  if (limit === null || list.length <= limit) return list;
  return Array.from({ length: limit }, (_, i) => list[Math.floor((i * list.length) / limit)]);
}

/** The tasks of a data set, by name. */
export function tasksOf({
  annotations,
  classes,
}: Pick<Dataset, 'annotations' | 'classes'>): Partial<Record<TaskName, Task>> {
  return {
    ...(annotations.semantic && { semantic: semantic(classes.length) }),
    ...(annotations.instance && { instance: instance() }),
    ...(annotations.disparity && { depth: depth() }),
  };
}

function encoderOf({ network, size }: Config): Encoder {
  const { encoder } = network;
  const sides = [size.height, size.width] as const;
  const aspp = { channels: encoder.asppChannels, rates: scaledRates(sides, 8) };
  switch (encoder.kind) {
    case 'dilated-residual':
      return dilatedResidual({ stem: encoder.stem, channels: encoder.channels, aspp });
    case 'resnet101':
      return withAspp(resNet({ depth: 101, outputStride: 8 }), aspp);
  }
}

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

/** Builds network, optimiser, schedules and batches for some tasks, a weighting and one seed. */
export function assemble(
  config: Config,
  dataset: Dataset,
  tasks: readonly Task[],
  weighting: Weighting,
  seed: number,
): Assembled {
  const { size, training } = config;
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
  return {
    network,
    parameters,
    weighting,
    optimiser,
    schedule: rate(learningRate),
    weightingSchedule: rate(weightingLearningRate ?? learningRate),
    batches: (startStep) =>
      batches({
        dataset,
        split: 'train',
        size,
        batchSize: training.batchSize,
        seed,
        startStep,
        transform: horizontalFlip(training.flip),
        encode: (sample) => sampleArrays(sample, tasks, imageNetNormalisation),
      }),
  };
}
