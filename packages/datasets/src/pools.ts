import { batchAt, stepsPerEpoch, type OrderOptions } from './order.ts';

/** A part of a split from which every batch has the same number of frames. */
export interface Pool {
  /** Ids of the split. One that stands there several times comes as often in an epoch, augmented anew each time. */
  readonly ids: readonly string[];
  /** Frames of each batch that come from it. */
  readonly perBatch: number;
}

/** A frame of a batch. */
export interface Drawn {
  /** Of its pool. */
  readonly epoch: number;
  /** Position in the split's list. */
  readonly frame: number;
  /** How often it stands in its pool before this. */
  readonly copy: number;
}

/** Frames of batches that come from several pools, each in an order of its own. */
export interface PoolOrder {
  /** Batches in an epoch of the first pool. */
  readonly steps: number;
  /** The batch of a step: those of the first pool first; `epoch` is the first pool's. */
  at(step: number): { readonly epoch: number; readonly drawn: readonly Drawn[] };
}

/**
 * The order of frames drawn from pools. Each pool is shuffled anew when it has been gone through, so that a
 * small one comes round more often than a large one.
 * @param ids of the split
 * @param name of the data, for errors
 * @throws when a pool has no frame of the split's, or too few for one batch
 */
export function poolOrder(
  ids: readonly string[],
  pools: readonly Pool[],
  options: Pick<OrderOptions, 'seed' | 'shuffle' | 'dropLast'>,
  name: string,
): PoolOrder {
  const positions = new Map(ids.map((id, i) => [id, i]));
  const parts = pools.map((pool, stream) => {
    const count = pool.ids.length;
    const order = { ...options, count, batchSize: pool.perBatch, stream };
    const steps = stepsPerEpoch(order);
    if (!(Number.isInteger(pool.perBatch) && pool.perBatch > 0 && steps > 0)) {
      throw new Error(
        `batches: ${name} has ${count} frames, which gives no batch of ${pool.perBatch}`,
      );
    }
    const frames = pool.ids.map((id) => {
      const at = positions.get(id);
      if (at !== undefined) return at;
      throw new Error(`batches: expected pools of frames of ${name}, got ${id}`);
    });
    return { order, frames, copies: copiesIn(frames), steps };
  });
  return {
    steps: parts[0].steps,
    at(step) {
      const each = parts.map(({ order, frames, copies }) => {
        const { epoch, frames: positions } = batchAt(step, order);
        return Array.from(positions, (i): Drawn => ({ epoch, frame: frames[i], copy: copies[i] }));
      });
      return { epoch: Math.floor(step / parts[0].steps), drawn: each.flat() };
    },
  };
}

/** For each of some frames how often it has come before. */
function copiesIn(frames: readonly number[]): number[] {
  const seen = new Map<number, number>();
  return frames.map((frame) => {
    const copy = seen.get(frame) ?? 0;
    seen.set(frame, copy + 1);
    return copy;
  });
}
