/** How patient who keeps runs in a bucket is; times in ms. */
export interface BucketTiming {
  /** Between signs of life of who has a run. */
  readonly beat: number;
  /** Without one for so long, who has a run is taken for gone. */
  readonly silence: number;
  /** Between looks for a new checkpoint. */
  readonly look: number;
  /** How long the same is tried again when no answer, or one that passes, came. */
  readonly patience: number;
  /** Before the second try; it doubles from try to try, up to 30 s. */
  readonly backoff: number;
  /** For what is to be kept yet when a worker is told to end. */
  readonly hurry: number;
}

/** What holds unless one says otherwise. */
export const usualBucketTiming: BucketTiming = {
  beat: 15_000,
  silence: 90_000,
  look: 10_000,
  patience: 300_000,
  backoff: 500,
  hurry: 15_000,
};
