import { batches, batchesInWorkers } from '@scene-mtl/datasets';
import { normalisationOf } from '../apps/replicate/src/assemble/network.ts';
import type { Config } from '../apps/replicate/src/config/schema.ts';
import { augmentationOf } from '../apps/replicate/src/data/augmentation.ts';
import { openStored, type DataRecipe } from '../apps/replicate/src/data/stored-data.ts';
import {
  trainingBatches,
  trainingBatchesRecipe,
  type TrainingBatches,
} from '../apps/replicate/src/data/training-batches.ts';

/** Frames per second of one epoch of three tasks' training batches, as a training gets them. */
export async function readingRate(options: {
  readonly config: Config;
  readonly recipe: DataRecipe;
  /** Training frames of the data. */
  readonly frames: number;
  readonly workers: number;
}): Promise<number> {
  const { config, recipe, frames, workers } = options;
  const { batchSize } = config.training;
  const argument: TrainingBatches = {
    data: recipe,
    tasks: ['semantic', 'instance', 'depth'],
    batchSize,
    augmentation: augmentationOf(config),
    normalisation: normalisationOf(config),
    seed: 1,
  };
  const stream =
    workers === 0
      ? batches(trainingBatches(await openStored(recipe), argument))
      : batchesInWorkers({ recipe: trainingBatchesRecipe, argument, workers });
  try {
    // The first batch waits for the workers to start. What is made ahead of it and not counted is
    // made up for by what is made ahead of the last one and not used.
    await stream.next();
    const start = performance.now();
    const count = Math.floor(frames / batchSize) - 1;
    for (let i = 0; i < count; i++) await stream.next();
    return (count * batchSize * 1000) / (performance.now() - start);
  } finally {
    await stream.return?.();
  }
}
