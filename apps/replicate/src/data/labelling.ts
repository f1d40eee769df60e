import {
  labelledFrames,
  withLabels,
  type BatchOptions,
  type Dataset,
  type LabelChoices,
} from '@scene-mtl/datasets';
import type { Config } from '../config/schema.ts';

/** Which labels a run trains on, and in what proportion; plain values, which can be sent to another thread. */
export interface Labelling {
  readonly choices: LabelChoices;
  /** Of each batch, from the frames that have all chosen labels; null: frames as they come. */
  readonly share: number | null;
  /** Of the run: its orders of frames may have others, its labelled frames are the same. */
  readonly seed: number;
}

/** What a configuration says of it; undefined where it leaves the labels as they are. */
export function labellingOf(
  { data, training }: Pick<Config, 'data' | 'training'>,
  seed: number,
): Labelling | undefined {
  const [choices, share] = [data.labels, training.labelledShare];
  if (Object.keys(choices).length > 0) return { choices, share, seed };
  if (share === null) return undefined;
  throw new Error(
    `training.labelledShare ${share}: all frames have all labels; set data.labels too, for example ` +
      `data.labels.semantic.frames=40`,
  );
}

/**
 * The data with the labels that are there, and the pools from which batches are drawn.
 * @throws when the data lacks what is chosen, or a pool is too small for its part of a batch
 */
export function labelled(
  dataset: Dataset,
  { choices, share, seed }: Labelling,
  batchSize: number,
): Pick<BatchOptions, 'dataset' | 'pools'> {
  const chosen = withLabels(dataset, choices, seed);
  if (share === null) return { dataset: chosen };
  const ids = labelledFrames(dataset, choices, seed);
  const has = new Set(ids);
  const others = dataset.list('train').filter((id) => !has.has(id));
  // A share is above 0, and so are the frames that it means.
  const perBatch = Math.max(1, Math.round(share * batchSize));
  const rest = batchSize - perBatch;
  if (ids.length < perBatch || others.length < rest) {
    throw new Error(
      `training.labelledShare ${share}: expected a batch of ${perBatch} labelled and ${rest} other frames, ` +
        `${dataset.name} has ${ids.length} and ${others.length}; set a smaller training.batchSize, or another share`,
    );
  }
  const pools = [
    { ids, perBatch },
    { ids: others, perBatch: rest },
  ];
  return { dataset: chosen, pools: pools.filter((pool) => pool.perBatch > 0) };
}
