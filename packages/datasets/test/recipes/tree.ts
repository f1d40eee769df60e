import { setTimeout } from 'node:timers/promises';
import { arraysOf } from '@scene-mtl/data/testing';
import {
  compose,
  horizontalFlip,
  openDataset,
  photometricJitter,
  type BatchOptions,
} from '../../src/index.ts';

/** Batches of a tree, from what a worker can be sent. */
export interface TreeArgument {
  readonly root: string;
  readonly batchSize: number;
  readonly epochs?: number;
  /** ms by which the readings of some steps are late, so that batches are ready out of turn. */
  readonly late?: number;
}

/** Augmented training batches at half the size of the trees of these tests. */
export default async function (argument: TreeArgument): Promise<BatchOptions> {
  const { root, batchSize, epochs, late = 0 } = argument;
  const dataset = await openDataset(root);
  let readings = 0;
  return {
    dataset: {
      ...dataset,
      async read(id, split, size) {
        if (late > 0 && Math.floor(readings++ / batchSize) % 2 === 0) await setTimeout(late);
        return dataset.read(id, split, size);
      },
    },
    split: 'train',
    size: { height: 8, width: 16 },
    batchSize,
    seed: 3,
    ...(epochs !== undefined && { epochs }),
    transform: compose(horizontalFlip(), photometricJitter()),
    encode: (sample) => {
      const { image, semantic, disparity } = arraysOf(sample);
      return {
        image: Float32Array.from(image),
        semantic: Int32Array.from(semantic!),
        disparity: disparity!,
      };
    },
  };
}
