import { setTimeout as pause } from 'node:timers/promises';
import { DelayedError, Queue, UnrecoverableError, Worker, type Job as QueuedJob } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobProgress } from '../execute/executor.ts';
import { checkedPayload, jobKey, type JobPayload, type WorkPlace } from '../remote/payload.ts';
import { FolderBusy } from '../store/lock.ts';
import { closedSoon } from './closing.ts';
import { isCancelled, PREFIX, queueName } from './names.ts';
import { usualTiming, type QueueTiming } from './timing.ts';

/** What a worker works with. */
export interface ServeOptions {
  readonly redis: Redis;
  readonly place: WorkPlace;
  /** What it is called. */
  readonly name: string;
  /** Jobs at a time. */
  readonly jobs: number;
  /**
   * Performs a job; how is no matter of the queue.
   * @throws `FolderBusy` where another process has the run
   */
  readonly carryOut: (payload: JobPayload, context: CarryOutContext) => Promise<void>;
  /** Takes a line for people. */
  readonly say: (line: string) => void;
  /** Where the output of jobs goes, for those who look for the reason of a failure. */
  readonly log?: string;
  readonly timing?: QueueTiming;
}

/** See {@link ServeOptions.carryOut}. */
export interface CarryOutContext {
  /** Ends it: what it saved stays. */
  readonly signal: AbortSignal;
  /** Told often; passed on now and then. */
  readonly onProgress: (progress: JobProgress) => void;
}

/** What a worker tells of a job while it works on it; the server keeps the last. */
export interface QueuedProgress {
  readonly worker: string;
  readonly progress: JobProgress;
}

/** A worker at work. */
export interface Serving {
  /** Resolves when nothing waits in the queue, or may be taken, and nobody works on anything of it. */
  idle(): Promise<void>;
  /** Takes no more jobs and gives those in hand back at once, for others to go on from what they saved. */
  stop(): Promise<void>;
}

/** ms for giving back what is in hand. */
const ENDING = 25_000;

/** States of jobs that somebody has to work on yet. */
export const UNDONE = ['wait', 'prioritized', 'delayed', 'active'] as const;

/** Takes jobs from a queue, the most urgent first, until it is stopped. */
export function serve(options: ServeOptions): Serving {
  const { redis, place, name, jobs, say, timing = usualTiming } = options;
  const queue = queueName(place);
  const inHand = new Map<string, AbortController>();
  let isStopping = false;
  const worker = new Worker<unknown, void>(
    queue,
    (job, token) => handled(job, token!, options, timing, inHand, () => isStopping),
    {
      connection: redis,
      prefix: PREFIX,
      name,
      concurrency: jobs,
      lockDuration: timing.lock,
      stalledInterval: timing.stalled,
      maxStalledCount: timing.losses,
      removeOnComplete: { count: 1000 },
      removeOnFail: { count: 1000, age: 7 * 24 * 3600 },
    },
  );
  // Said once for each kind: a server that is away is asked again and again.
  const said = new Set<string>();
  worker.on('error', ({ message }) => {
    const kind = message.replace(/\d+|job \S+/g, '');
    if (!said.has(kind)) say(`queue: ${message.split('\n')[0]}`);
    said.add(kind);
  });
  worker.on('ready', () => said.clear());
  worker.on('failed', (job, { message }) => {
    if (job) say(`${job.id}: ${message}`);
  });
  return {
    async idle() {
      const counted = new Queue(queue, { connection: redis, prefix: PREFIX });
      counted.on('error', () => {});
      const isEmpty = async () => {
        const states = (await counted.isPaused()) ? (['active'] as const) : UNDONE;
        return Object.values(await counted.getJobCounts(...states)).every((count) => count === 0);
      };
      while (!isStopping && !(await isEmpty())) await pause(timing.look, undefined, { ref: false });
      await counted.close();
    },
    async stop() {
      isStopping = true;
      for (const controller of inHand.values()) controller.abort();
      await closedSoon([worker.close()], ENDING);
    },
  };
}

async function handled(
  job: QueuedJob<unknown, void>,
  token: string,
  { redis, place, name, carryOut, say, log }: ServeOptions,
  timing: QueueTiming,
  inHand: Map<string, AbortController>,
  isStopping: () => boolean,
): Promise<void> {
  const payload = payloadIn(job, place);
  const key = job.id!;
  const controller = new AbortController();
  inHand.set(token, controller);
  let why: 'cancelled' | undefined;
  let last: JobProgress | undefined;
  let step = 0;
  const told = (progress: JobProgress): void => {
    if (progress.kind === 'taken') step = progress.step;
    if (progress.kind === 'training') step = progress.progress.step;
    // What stays is told at once, the rest at the next look.
    if (progress.kind === 'taken') void tell(job, { worker: name, progress });
    else last = progress;
  };
  const look = setInterval(() => {
    if (last) void tell(job, { worker: name, progress: last });
    last = undefined;
    isCancelled(redis, queueName(place), key).then(
      (cancelled) => {
        if (!cancelled) return;
        why = 'cancelled';
        controller.abort();
      },
      () => {},
    );
  }, timing.look);
  const started = performance.now();
  try {
    if (await isCancelled(redis, queueName(place), key)) throw new UnrecoverableError('cancelled');
    say(`${payload.id}: begins`);
    await carryOut(payload, { signal: controller.signal, onProgress: told });
    say(`${payload.id}: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } catch (error) {
    if (why === 'cancelled') throw new UnrecoverableError('cancelled');
    if (error instanceof UnrecoverableError) throw error;
    if (isStopping()) await back(job, 0, token);
    if (error instanceof FolderBusy) {
      say(`${error.message.split(';')[0]}; looked at again in ${timing.busy / 1000} s`);
      await back(job, timing.busy, token);
    }
    const where = log === undefined ? '' : `; its log: ${log}`;
    throw new Error(`worker ${name}, step ${step}: ${(error as Error).message}${where}`, {
      cause: error,
    });
  } finally {
    clearInterval(look);
    inHand.delete(token);
  }
}

/** @throws so that the job is not tried again: it would be the same */
function payloadIn(job: QueuedJob<unknown, void>, place: WorkPlace): JobPayload {
  try {
    const payload = checkedPayload(job.data, place);
    if (jobKey(payload) === job.id) return payload;
    throw new Error(`${payload.id}: came as job ${job.id}, expected ${jobKey(payload)}`);
  } catch (error) {
    throw new UnrecoverableError((error as Error).message);
  }
}

/** Gives a job back, which is no failure. @throws what the queue knows that by */
async function back(job: QueuedJob<unknown, void>, delay: number, token: string): Promise<never> {
  await job.moveToDelayed(Date.now() + delay, token);
  throw new DelayedError();
}

/** A server that is away just now learns of the next look. */
const tell = (job: QueuedJob<unknown, void>, progress: QueuedProgress): Promise<void> =>
  job.updateProgress(progress).catch(() => {});
