import { MAIN_STREAM, SECOND_STREAM, THIRD_STREAM, type TrainingBatch } from '@scene-mtl/core';
import { stream } from '@scene-mtl/data';
import { batches, batchesInWorkers, type FeaturePlace } from '@scene-mtl/datasets';
import type { ProgressLine } from '@scene-mtl/lab';
import type { Config } from '../config/schema.ts';
import { augmentationOf } from '../data/augmentation.ts';
import { labelled, labellingOf } from '../data/labelling.ts';
import { repeatsOf, type Repeats } from '../data/oversampling.ts';
import type { Sampling } from '../data/sampling.ts';
import type { StoredData } from '../data/stored-data.ts';
import {
  trainingBatches,
  trainingBatchesRecipe,
  type TrainingBatches,
} from '../data/training-batches.ts';
import { normalisationOf } from './network.ts';

/** Batches of the training frames. */
export interface TrainingStreams {
  /** Looks at the training frames, where it hangs on them how often each comes: before a stream is asked for. */
  readonly lookAtFrames: (line: ProgressLine) => Promise<void>;
  /** By the name of the stream, for those that a step may read; made when they are asked for. */
  readonly streams: Readonly<Record<string, (first: number) => AsyncIterable<TrainingBatch>>>;
}

/** What {@link trainingStreams} are made of. */
interface StreamParts {
  readonly config: Config;
  readonly dataset: StoredData;
  /** Names of those that are learned. */
  readonly tasks: readonly string[];
  readonly sampling: Sampling;
  readonly seed: number;
  /** Threads that make batches; 0: the training's own. */
  readonly dataWorkers: number;
  /** Where the features are that take the place of images, as the weights are now. */
  readonly features?: () => FeaturePlace;
}

/** @throws when the data lacks the labels that are chosen, before anything is made */
export function trainingStreams(parts: StreamParts): TrainingStreams {
  const { config, dataset, tasks, sampling, seed, dataWorkers, features } = parts;
  const { batchSize } = config.training;
  const labelling = labellingOf(config, seed);
  // Here and not in a thread, and before anything is made.
  if (labelling) labelled(dataset, labelling, batchSize);
  const frames = dataset.list('train').length;
  const isOversampled = Object.keys(sampling.frames).length > 0;
  let repeats: Repeats | undefined;
  const lookAtFrames = async (line: ProgressLine): Promise<void> => {
    if (!isOversampled) return;
    const seen = labelling ? labelled(dataset, labelling, batchSize).dataset : dataset;
    repeats = await repeatsOf(seen, sampling.frames, config.size, (count) =>
      line.update(() => `looked at ${count} of ${frames} training frames`),
    );
  };
  const batchesOf =
    (drawn: number) =>
    (startStep: number): AsyncIterable<TrainingBatch> => {
      if (isOversampled && !repeats) throw new Error('assemble: look at the frames first');
      const wanted = {
        tasks,
        batchSize,
        augmentation: augmentationOf(config),
        normalisation: normalisationOf(config),
        seed: drawn,
        ...(labelling && { labelling }),
        ...(repeats && { repeats }),
        ...(features && { features: features() }),
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
    lookAtFrames,
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
