import { imageOf, type Sample } from '@scene-mtl/data';
import {
  moduleBeside,
  openFeatureCache,
  type Arrays,
  type BatchOptions,
  type BatchRecipe,
  type Dataset,
  type FeaturePlace,
} from '@scene-mtl/datasets';
import {
  sampleArrays,
  targetArrays,
  targetsFor,
  type Normalisation,
} from '@scene-mtl/vision-heads/targets';
import { augment, readSize, type Augmentation } from './augmentation.ts';
import { labelled, type Labelling } from './labelling.ts';
import { repeatedPool, type Repeats } from './oversampling.ts';
import { openStored, type DataRecipe } from './stored-data.ts';

/** What decides the batches of a training run. */
export interface TrainingBatches {
  readonly data: DataRecipe;
  /** Names, in order. */
  readonly tasks: readonly string[];
  readonly batchSize: number;
  readonly augmentation: Augmentation;
  readonly normalisation: Normalisation;
  readonly seed: number;
  /** Which labels are there, and how many of each batch have them all; absent: all are. */
  readonly labelling?: Labelling;
  /** Frames that come more than once in an epoch; absent: none does. */
  readonly repeats?: Repeats;
  /** What stands in the batches in place of the images; absent: the images. */
  readonly features?: FeaturePlace;
}

/** Address of this module, for worker threads. */
export const trainingBatchesRecipe: string = moduleBeside(import.meta.url, 'training-batches');

/** Opens the data and says how its batches are made. */
const recipe: BatchRecipe<TrainingBatches> = async (wanted) =>
  trainingBatches(await openStored(wanted.data), wanted);
export default recipe;

/** Training batches of a data set. */
export function trainingBatches(
  dataset: Dataset,
  wanted: Omit<TrainingBatches, 'data'>,
): BatchOptions {
  const { tasks, batchSize, augmentation, normalisation, seed, features, labelling } = wanted;
  const { repeats } = wanted;
  const known = targetsFor(dataset);
  const encoded = tasks.map((name) => known[name]);
  return {
    ...(labelling ? labelled(dataset, labelling, batchSize) : { dataset }),
    ...(repeats && { pools: [repeatedPool(dataset, repeats, batchSize)] }),
    split: 'train',
    size: readSize(augmentation),
    batchSize,
    seed,
    transform: augment(augmentation),
    encode: features
      ? withFeatures(features, encoded)
      : (sample) => sampleArrays(sample, encoded, normalisation),
  };
}

/** Sample → its kept features in place of the image, and its targets. */
function withFeatures(
  place: FeaturePlace,
  tasks: Parameters<typeof targetArrays>[1],
): (sample: Sample) => Arrays {
  const cache = openFeatureCache(place);
  return (sample) => {
    const { data, height, width } = imageOf(sample);
    const features = cache.read(data);
    if (features) return { ...features, ...targetArrays(sample, tasks, [height, width]) };
    throw new Error(
      `${cache.folder}: the features of ${sample.id} are gone or damaged since they were computed; ` +
        `give the same command again, which computes them and goes on`,
    );
  };
}
