/**
 * The largest numbers that are taken: what lies beyond is a slip of the keyboard, and is refused before anything
 * is read, made or held in memory. What a machine has no memory for is refused by `checkMemory`.
 */
export const LIMITS = {
  /** px of a side of the images that networks see. */
  side: 8192,
  /** Of a layer. */
  channels: 4096,
  /** Images in a batch. */
  batch: 4096,
  /** Times that a frame comes in an epoch. */
  repeats: 1000,
  /** As many as the names of checkpoints have digits for. */
  steps: 99_999_999,
  /** As many frames as Cityscapes' names have numbers for. */
  frames: 1_000_000,
  /** Of one comparison. */
  seeds: 1000,
  /** Validation images in a report. */
  strips: 1000,
  /** Of an engine. */
  threads: 1024,
  /** That share a machine: runs at a time, or makers of batches and frames. */
  workers: 256,
} as const;
