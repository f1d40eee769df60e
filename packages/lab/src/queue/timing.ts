/** How patient a queue is; times in ms. */
export interface QueueTiming {
  /** After which a worker that says nothing has lost its job. It says something every half of it. */
  readonly lock: number;
  /** Between looks for jobs whose worker has gone. */
  readonly stalled: number;
  /** How often a job may lose its worker. */
  readonly losses: number;
  /** Tries of a job that fails, the first included. */
  readonly tries: number;
  /** Before the second try; it doubles from try to try. */
  readonly backoff: number;
  /** Before a worker looks again at a run on which another one works. */
  readonly busy: number;
  /** Between looks at whether a job was cancelled, and at how far it is. */
  readonly look: number;
  /** Between comparisons of what is asked with what is in the queue: one that lost its memory is filled again. */
  readonly compare: number;
}

/** What holds unless one says otherwise. */
export const usualTiming: QueueTiming = {
  lock: 30_000,
  stalled: 30_000,
  losses: 10,
  tries: 4,
  backoff: 5000,
  busy: 10_000,
  look: 3000,
  compare: 15_000,
};
