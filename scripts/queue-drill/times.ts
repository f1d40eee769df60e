import { usualBucketTiming, type BucketTiming } from '@scene-mtl/lab/bucket';
import { usualTiming, type QueueTiming } from '@scene-mtl/lab/queue';

/** How long things take in a drill. */
export interface Times {
  readonly queue: QueueTiming;
  readonly bucket: BucketTiming;
  /** s between faults, and for which a fault lasts. */
  readonly between: readonly [least: number, most: number];
  readonly lasting: readonly [least: number, most: number];
}

/** As usual: a lock of 30 s, for which Redis stands still twice. */
const usual: Times = {
  queue: { ...usualTiming, losses: 50 },
  bucket: usualBucketTiming,
  between: [5, 30],
  lasting: [10, 30],
};

/** A tenth of it. */
const fast: Times = {
  queue: {
    ...usual.queue,
    ...{ lock: 3000, stalled: 1500, tries: 6, backoff: 500, busy: 1000, look: 500, compare: 2000 },
  },
  bucket: { beat: 500, silence: 6000, look: 300, patience: 4000, backoff: 100, hurry: 2000 },
  between: [0.5, 3],
  lasting: [1, 3],
};

export const times = (isUsual: boolean): Times => (isUsual ? usual : fast);
