import {
  moduleBeside,
  type BatchOptions,
  type BatchRecipe,
  type Dataset,
} from '@scene-mtl/datasets';
import { sampleArrays, targetsFor, type Normalisation } from '@scene-mtl/vision-heads/targets';
import { augment, readSize, type Augmentation } from './augmentation.ts';
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
  { tasks, batchSize, augmentation, normalisation, seed }: Omit<TrainingBatches, 'data'>,
): BatchOptions {
  const known = targetsFor(dataset);
  const encoded = tasks.map((name) => known[name]);
  return {
    dataset,
    split: 'train',
    size: readSize(augmentation),
    batchSize,
    seed,
    transform: augment(augmentation),
    encode: (sample) => sampleArrays(sample, encoded, normalisation),
  };
}
