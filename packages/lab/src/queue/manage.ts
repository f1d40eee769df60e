import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { WorkPlace } from '../remote/payload.ts';
import { announceQueue, markCancelled, partsOf, PREFIX, queueName, queuesIn } from './names.ts';
import { UNDONE } from './serve.ts';

/** What is in a queue. */
export interface QueueState {
  readonly name: string;
  readonly store: string;
  readonly version: string;
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
  /** Whether workers take no more runs, see `setDrained`. */
  readonly isDrained: boolean;
  readonly workers: readonly string[];
}

/** Opens a queue for as long as something is done with it. */
export const opened = async <T>(redis: Redis, name: string, use: (queue: Queue) => Promise<T>) => {
  const queue = new Queue(name, { connection: redis, prefix: PREFIX });
  queue.on('error', () => {});
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
};

/** What is in each queue of a server, whatever folder and version it is of. */
export async function queueStates(redis: Redis): Promise<QueueState[]> {
  const states: QueueState[] = [];
  for (const name of await queuesIn(redis)) {
    states.push(
      await opened(redis, name, async (queue) => {
        const [counts, workers, isDrained] = await Promise.all([
          queue.getJobCounts(...UNDONE, 'failed'),
          queue.getWorkers(),
          queue.isPaused(),
        ]);
        return {
          name,
          ...partsOf(name),
          waiting: counts.wait + counts.prioritized + counts.delayed,
          isDrained,
          active: counts.active,
          failed: counts.failed,
          workers: workers
            .map((worker) => (worker['rawname'] ?? '').split(':w:')[1] ?? 'one without a name')
            .sort(),
        };
      }),
    );
  }
  return states;
}

/** Lines about runs that a worker leaves to others: those of another version of the code, or another folder. */
export async function leftToOthers(
  redis: Redis,
  place: Pick<WorkPlace, 'code' | 'store'>,
): Promise<string[]> {
  const states = await queueStates(redis);
  return states
    .filter(({ name, waiting }) => waiting > 0 && name !== queueName(place))
    .map(({ store, version, waiting }) => {
      const runs = `${waiting} ${waiting === 1 ? 'run' : 'runs'}`;
      return version === place.code.version
        ? `${runs} of another folder of runs (${store}) left to its workers; this one works in ${place.store}`
        : `${runs} of code version ${version} left to workers of it; this one is ${place.code.version}`;
    });
}

const LISTED = ['active', 'prioritized', 'delayed', 'wait', 'failed'] as const;
/** Ways of waiting that are one for people. */
const WAITING: readonly string[] = ['prioritized', 'wait'];

/** A job as `replicate queue status` lists it. */
export interface ListedJob {
  readonly key: string;
  readonly state: string;
  readonly worker?: string;
  readonly step?: number | undefined;
  readonly steps?: number | undefined;
  readonly stepsPerSecond?: number | undefined;
  readonly secondsLeft?: number | undefined;
  readonly why?: string;
}

/** What a worker told last of a run that it trains. */
const trainingSchema = z.looseObject({
  progress: z.looseObject({
    progress: z.looseObject({
      step: z.number(),
      steps: z.number(),
      stepsPerSecond: z.number().optional().catch(undefined),
      secondsLeft: z.number().optional().catch(undefined),
    }),
  }),
});

/** The jobs of a queue that are not done, and those that failed. */
export const jobsIn = (
  redis: Redis,
  place: Pick<WorkPlace, 'code' | 'store'>,
  states: readonly (typeof LISTED)[number][] = LISTED,
) =>
  opened(redis, queueName(place), async (queue) => {
    const listed: ListedJob[] = [];
    for (const state of states) {
      for (const job of await queue.getJobs([state])) {
        if (!job) continue;
        const told = trainingSchema.safeParse(job.progress).data?.progress.progress;
        const { step, steps, stepsPerSecond, secondsLeft } = told ?? {};
        listed.push({
          key: job.id!,
          state: WAITING.includes(state) ? 'waiting' : state,
          ...(state === 'active' && job.processedBy && { worker: job.processedBy }),
          ...(state === 'active' && told && { step, steps, stepsPerSecond, secondsLeft }),
          ...(job.failedReason && { why: job.failedReason.split('\n')[0] }),
        });
      }
    }
    return listed;
  });

/**
 * Cancels jobs of a queue: those that wait go, who works on one stops at the next look; what was saved stays.
 * @param which tells by its key whether a job is meant
 * @returns the keys of those that were
 */
export const cancelJobs = (
  redis: Redis,
  place: Pick<WorkPlace, 'code' | 'store'>,
  which: (key: string) => boolean,
) =>
  opened(redis, queueName(place), async (queue) => {
    const keys = (await queue.getJobs([...UNDONE]))
      .filter((job) => job && which(job.id!))
      .map((job) => job.id!);
    await markCancelled(redis, queue.name, keys);
    for (const key of keys) {
      const job = await queue.getJob(key);
      // Locked by who works on it, who is told.
      if (job && !(await job.isActive())) await job.remove().catch(() => {});
    }
    return keys;
  });

/**
 * Lets workers finish the runs that they have and take no more, or take them again. It is kept by the server: one that
 * loses its memory forgets it.
 * @returns how many runs workers are at
 */
export const setDrained = (
  redis: Redis,
  place: Pick<WorkPlace, 'code' | 'store'>,
  isDrained: boolean,
): Promise<number> =>
  opened(redis, queueName(place), async (queue) => {
    await announceQueue(redis, queue.name);
    await (isDrained ? queue.pause() : queue.resume());
    return queue.getActiveCount();
  });
