import { join } from 'node:path';
import {
  accumulated,
  adam,
  architectureNamed,
  balancerNamed,
  constant,
  continuation,
  cosine,
  dilatedResidual,
  drawing,
  faded,
  fadingOf,
  frozen,
  mobileNet,
  MAIN_STREAM,
  SECOND_STREAM,
  THIRD_STREAM,
  multiTaskModel,
  objectiveOf,
  parametersOf,
  partsOf,
  poly,
  resNet,
  scaledRates,
  sgd,
  steps as stepwise,
  gramStep,
  trainingStep,
  type GramStep,
  warmUp,
  withAspp,
  withFading,
  withRandomLayers,
  type Continuation,
  type Encoder,
  type Fading,
  type MultiTaskModel,
  type Optimiser,
  type Parameter,
  type ParameterSet,
  type Schedule,
  type Task,
  type TrainingBatch,
  type TrainingStep,
  type WeightDecay,
} from '@scene-mtl/core';
import { didYouMean, stream, type Size } from '@scene-mtl/data';
import { batches, batchesInWorkers, readManifest, type FeaturePlace } from '@scene-mtl/datasets';
import type { Balance, ProgressLine } from '@scene-mtl/lab';
import type { CompileOptions } from '@scene-mtl/runtime';
import {
  imageNetNormalisation,
  symmetricNormalisation,
  type Normalisation,
} from '@scene-mtl/vision-heads/targets';
import { hintObjectives, type VisionTask } from '@scene-mtl/vision-heads';
import type { Config } from './config/schema.ts';
import { augmentationOf } from './data/augmentation.ts';
import { labelled, labellingOf } from './data/labelling.ts';
import { repeatsOf, type Repeats } from './data/oversampling.ts';
import { factorsOf, samplingOf } from './data/sampling.ts';
import { taskNames } from './data/task-names.ts';
import { ALL, openStored, type StoredData } from './data/stored-data.ts';
import { streetRoot, streetTree, type StreetTreeOptions } from './data/street-tree.ts';
import {
  trainingBatches,
  trainingBatchesRecipe,
  type TrainingBatches,
} from './data/training-batches.ts';
import { assertKeepable, featurePlace, type FeatureStore } from './features/kept-features.ts';

/** The only file that turns configuration into parts. */

/** Where generated scenes of a configuration lie, and how they are made. */
function scenesOf(
  data: Extract<Config['data'], { source: 'generated' }>,
  size: Config['size'],
  runs: string,
  line: ProgressLine,
): StreetTreeOptions {
  const normals = data.derive.includes('normals');
  return { folder: join(runs, 'data'), size, ...data, normals, line };
}

/**
 * Opens the data of a configuration; generated scenes are made on first use. Decoded samples are kept
 * in `data/cache` of the folder of all runs.
 */
export async function datasetOf(
  config: Pick<Config, 'data' | 'size' | 'plugins'>,
  runs: string,
  line: ProgressLine,
): Promise<StoredData> {
  const { data, size, plugins } = config;
  const { holdOut, derive } = data;
  const cache = join(runs, 'data', 'cache');
  if (data.source === 'folder') {
    const { root, classes, skyDisparity, maxTrain, maxVal } = data;
    const limits = { train: maxTrain, val: maxVal, test: null };
    return openStored({ root, classes, skyDisparity, derive, limits, holdOut, plugins, cache });
  }
  const root = await streetTree(scenesOf(data, size, runs, line));
  const truth = data.disparitySigma > 0 ? { truth: join(root, 'truth') } : {};
  return openStored({ root, ...truth, derive, limits: ALL, holdOut, plugins, cache });
}

/**
 * Whether the data of a configuration can be opened without making any: scenes may be yet to be
 * generated; `foreseenScenes` says what they will be.
 */
export const isThere = async (
  { data, size }: Pick<Config, 'data' | 'size'>,
  runs: string,
  line: ProgressLine,
): Promise<boolean> =>
  data.source === 'folder' ||
  (await readManifest(streetRoot(scenesOf(data, size, runs, line)))) !== undefined;

/** The encoder of a configuration, of which no layer is built yet. */
export function encoderOf({ network, size }: Pick<Config, 'network' | 'size'>): Encoder {
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

/** @throws naming the architecture or the option that is not known */
const architectureOf = ({ architecture: { name, options } }: Config['network']) =>
  architectureNamed(name).make(options);

/** How the network wants its images: as its ImageNet weights were trained, with or without them. */
export const normalisationOf = ({ network }: Pick<Config, 'network'>): Normalisation =>
  network.encoder.kind === 'mobilenet' ? symmetricNormalisation : imageNetNormalisation;

/** A network whose tasks know all that belongs to them. */
export type VisionNetwork = NetworkOf<VisionTask>;

/** A network that knows its tasks by their own type. */
export type NetworkOf<T extends Task> = Omit<MultiTaskModel, 'tasks'> & {
  readonly tasks: readonly T[];
};

/**
 * The network of a configuration with its initial weights, and with what it freezes.
 * @param size of its pictures, px; another one than the configuration's changes no weight and no dilation
 */
export function networkOf<T extends Task>(
  config: Pick<Config, 'network' | 'size'>,
  tasks: readonly T[],
  seed: number,
  size: Size = config.size,
): NetworkOf<T> {
  const { network } = config;
  const whole = multiTaskModel({
    encoder: encoderOf(config),
    tasks,
    size: [size.height, size.width],
    decoder: {
      ...network.decoder,
      dropout: Object.fromEntries(
        Object.entries(network.heads).map(([name, { dropout }]) => [name, dropout]),
      ),
    },
    seed,
    architecture: architectureOf(network),
  });
  return { ...frozen(whole, partsOf(whole, network.freeze)), tasks };
}

/** Everything that a training run needs, made from a configuration. */
export interface Assembled {
  readonly network: VisionNetwork;
  readonly parameters: ParameterSet;
  readonly step: TrainingStep;
  /** Which tasks are no longer trained on; absent where none is ever stopped. */
  readonly fading?: Fading;
  /** Looks at the gradients of a batch. @throws where the tasks share nothing that is trained */
  readonly gradients: () => GramStep;
  readonly schedule: Schedule;
  readonly weightingSchedule: Schedule;
  /** Looks at the training frames, where it hangs on them how often each comes: before a stream is asked for. */
  readonly lookAtFrames: (line: ProgressLine) => Promise<void>;
  /** What is kept of the frozen part, where the configuration asks for it. */
  readonly kept?: {
    readonly cut: Continuation;
    /** As the weights are now. */
    readonly place: () => FeaturePlace;
    readonly store: FeatureStore;
  };
  /** By the name of the stream, for those that a step may read; made when they are asked for. */
  readonly streams: Readonly<Record<string, (first: number) => AsyncIterable<TrainingBatch>>>;
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

type Training = Config['training'];

/** λ of a head's own kernels is its own where it says so. */
const decayOf = ({ network, training: { weightDecay } }: Config): WeightDecay =>
  Object.values(network.heads).every((head) => head.weightDecay === null)
    ? weightDecay
    : ({ task = '' }) => network.heads[task]?.weightDecay ?? weightDecay;

function optimiserOf(config: Config, parameters: readonly Parameter[]): Optimiser {
  const { training } = config;
  const { momentum, clipNorm, accumulate } = training;
  const weightDecay = decayOf(config);
  const shared = { weightDecay, ...(clipNorm !== null && { clipNorm }) };
  const inner =
    training.optimiser === 'adam'
      ? adam(parameters, shared)
      : sgd(parameters, { momentum, ...shared });
  return accumulate > 1 ? accumulated(inner, accumulate) : inner;
}

/** Milestones of the stepwise schedule, as parts of all steps (He et al. 2016, section 4.2). */
const MILESTONES = [1 / 2, 3 / 4];

/** From a rate to its course over the steps. */
function scheduleOf(training: Training): (rate: number) => Schedule {
  const horizon = training.scheduleSteps ?? training.steps;
  const courses: Record<Training['schedule'], (rate: number) => Schedule> = {
    poly: (rate) => poly(rate, horizon),
    cosine: (rate) => cosine(rate, horizon),
    steps: (rate) =>
      stepwise(
        rate,
        MILESTONES.map((part) => Math.round(part * horizon)),
      ),
    constant,
  };
  const course = courses[training.schedule];
  return (rate) => (training.warmUp > 0 ? warmUp(training.warmUp, course(rate)) : course(rate));
}

/** The tasks that a run learns, of those of its network. */
function learnedOf(tasks: readonly VisionTask[], only: Training['only']): readonly VisionTask[] {
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

function keptOf(
  { config, features: store }: Parts,
  network: VisionNetwork,
  learned: readonly VisionTask[],
): Assembled['kept'] {
  if (config.training.features === 'none') return undefined;
  if (!store) throw new Error('assemble: training.features needs a place to keep them');
  const cut = continuation(
    network,
    learned.map(({ name }) => name),
  );
  if (!network.weights.some(({ layer }) => cut.before.has(layer))) {
    throw new Error(
      `training.features ${config.training.features}: nothing before the trained part is frozen; ` +
        `freeze shared, or set training.features=none`,
    );
  }
  const place = () => featurePlace({ network, cut, config, store, engine: store.engine });
  return { cut, place, store };
}

/** Builds network, step, schedules and batches for some tasks, a balance and one seed. */
export function assemble(parts: Parts): Assembled {
  const { config, dataset, balance, seed, dataWorkers } = parts;
  const { training } = config;
  assertKeepable(training);
  assertHeads(config.network, dataset);
  const tasks = learnedOf(parts.tasks, training.only);
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
  const kept = keptOf(parts, network, tasks);
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
  const factors = factorsOf(
    sampling,
    tasks.map(({ name }) => name),
    seed,
    fading,
  );
  const whole = {
    network: kept?.cut ?? network,
    objectives: [...(factors ? objectives.map(faded) : objectives), ...hints],
    balancer,
    parameters,
    optimiser: optimiserOf(config, parameters.trained),
    batchSizes: { [MAIN_STREAM]: batchSize },
  };
  const labelling = labellingOf(config, seed);
  // Here and not in a thread, and before anything is made.
  if (labelling) labelled(dataset, labelling, batchSize);
  const isOversampled = Object.keys(sampling.frames).length > 0;
  let repeats: Repeats | undefined;
  const lookAtFrames = async (line: ProgressLine): Promise<void> => {
    if (!isOversampled) return;
    const seen = labelling ? labelled(dataset, labelling, batchSize).dataset : dataset;
    repeats = await repeatsOf(seen, sampling.frames, config.size, (count) =>
      line.update(() => `looked at ${count} of ${frames} training frames`),
    );
  };
  const plain = withRandomLayers(trainingStep(whole), network, seed);
  const rate = scheduleOf(training);
  const batchesOf =
    (drawn: number) =>
    (startStep: number): AsyncIterable<TrainingBatch> => {
      if (isOversampled && !repeats) throw new Error('assemble: look at the frames first');
      const wanted = {
        tasks: tasks.map(({ name }) => name),
        batchSize,
        augmentation: augmentationOf(config),
        normalisation: normalisationOf(config),
        seed: drawn,
        ...(labelling && { labelling }),
        ...(repeats && { repeats }),
        ...(kept && { features: kept.place() }),
      };
      return dataWorkers === 0
        ? batches({ ...trainingBatches(dataset, wanted), startStep })
        : batchesInWorkers({
            recipe: trainingBatchesRecipe,
            argument: { data: dataset.recipe, ...wanted } satisfies TrainingBatches,
            workers: dataWorkers,
            recycle: true,
            startStep,
          });
    };
  return {
    network,
    parameters,
    step: factors ? withFading(plain, factors) : plain,
    ...(fading && { fading }),
    gradients: () => drawing(gramStep(whole), network),
    ...(kept && { kept }),
    lookAtFrames,
    schedule: rate(learningRate),
    weightingSchedule: rate(weightingLearningRate ?? learningRate),
    streams: {
      [MAIN_STREAM]: batchesOf(seed),
      // The same frames in other orders: no frame of validation trains anything.
      ...Object.fromEntries(
        [SECOND_STREAM, THIRD_STREAM].map((name) => [
          name,
          batchesOf(stream(seed, name).integer(2 ** 32)),
        ]),
      ),
    },
  };
}
