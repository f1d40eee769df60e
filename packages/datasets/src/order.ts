import { randomStream, shuffled } from '@scene-mtl/data';

/** Where a batch lies in the stream. */
export interface BatchPosition {
  readonly epoch: number;
  /** Positions of the frames in the split's list. */
  readonly frames: Int32Array;
}

/** What decides the order of frames. */
export interface OrderOptions {
  /** Frames in the split. */
  readonly count: number;
  readonly batchSize: number;
  readonly seed: number;
  /** A new order each epoch (training) or the listed one (evaluation). */
  readonly shuffle: boolean;
  /** Leave out the last batch of an epoch when it is not full. */
  readonly dropLast: boolean;
}

/** Batches in an epoch. */
export function stepsPerEpoch({ count, batchSize, dropLast }: Omit<OrderOptions, 'seed'>): number {
  return dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
}

/**
 * Frames of one step, from (seed, epoch) alone: a stream begun at step n gives what a stream from
 * step 0 would give there.
 */
export function batchAt(step: number, options: OrderOptions): BatchPosition {
  const { count, batchSize, seed, shuffle } = options;
  const steps = stepsPerEpoch(options);
  const epoch = Math.floor(step / steps);
  const start = (step % steps) * batchSize;
  const order = shuffle
    ? shuffled(count, randomStream('epoch order', seed, epoch))
    : Int32Array.from({ length: count }, (_, i) => i);
  return { epoch, frames: order.slice(start, start + batchSize) };
}
