import { imageNetNormalisation, sampleArrays, type TargetEncoder } from '@scene-mtl/core/samples';
import {
  horizontalFlip,
  moduleBeside,
  type BatchOptions,
  type BatchRecipe,
  type Dataset,
  type Size,
} from '@scene-mtl/datasets';
import { openStored, type DataRecipe } from './stored-data.ts';
import { targetsOf } from './targets.ts';

/** What decides the batches of a training run. */
export interface TrainingBatches {
  readonly data: DataRecipe;
  /** Names, in order. */
  readonly tasks: readonly string[];
  readonly size: Size;
  readonly batchSize: number;
  /** Probability. */
  readonly flip: number;
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
  { tasks, size, batchSize, flip, seed }: Omit<TrainingBatches, 'data'>,
): BatchOptions {
  const known: Readonly<Record<string, TargetEncoder>> = targetsOf(dataset);
  const encoded = tasks.map((name) => known[name]);
  return {
    dataset,
    split: 'train',
    size,
    batchSize,
    seed,
    transform: horizontalFlip(flip),
    encode: (sample) => sampleArrays(sample, encoded, imageNetNormalisation),
  };
}
