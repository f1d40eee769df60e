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
  /** Which of several orders of one seed; default 0. */
  readonly stream?: number;
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
  const { count, batchSize, seed, shuffle, stream = 0 } = options;
  const steps = stepsPerEpoch(options);
  const epoch = Math.floor(step / steps);
  const start = (step % steps) * batchSize;
  // The first order has the name that it had when there was no other.
  const others = stream === 0 ? [] : [stream];
  const order = shuffle
    ? shuffled(count, randomStream('epoch order', seed, epoch, ...others))
    : Int32Array.from({ length: count }, (_, i) => i);
  return { epoch, frames: order.slice(start, start + batchSize) };
}
