import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Executor, ExecutorPlace, JobProgress } from '../execute/executor.ts';
import { unfinished, type Job } from '../execute/jobs.ts';
import { workingOrder } from '../execute/order.ts';
import { jobKey, payloadOf, type JobPayload, type WorkPlace } from '../remote/payload.ts';
import type { RunSpec } from '../specs/spec.ts';
import { resultsIn } from '../store/results.ts';
import { closedSoon } from './closing.ts';
import { announceQueue, clearCancelled, isCancelled, PREFIX, queueName } from './names.ts';
import { usualTiming, type QueueTiming } from './timing.ts';

/** What the executor of a queue works with. */
export interface QueueExecutor<S extends RunSpec> {
  readonly redis: Redis;
  readonly place: WorkPlace;
  readonly executor: Pick<ExecutorPlace<S>, 'program' | 'session' | 'options' | 'line'>;
  /** What one types to start a worker. */
  readonly workerCommand: string;
  readonly timing?: QueueTiming;
}

/** A job, and what the queue was told of it. */
interface Asked<S extends RunSpec> {
  readonly job: Job<S>;
  readonly payload: JobPayload;
  readonly priority: number;
  /** How often the queue said it is done when its files were not there. */
  missed: number;
}

const progressSchema = z.looseObject({
  worker: z.string(),
  progress: z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.literal('taken'), worker: z.string(), step: z.number() }),
    z.looseObject({
      kind: z.literal('training'),
      progress: z.looseObject({
        step: z.number(),
        steps: z.number(),
        values: z.record(z.string(), z.number().nullable()),
      }),
    }),
    z.looseObject({
      kind: z.literal('measuring'),
      name: z.string(),
      seen: z.number(),
      frames: z.number(),
    }),
    z.looseObject({ kind: z.literal('waiting'), holder: z.string() }),
  ]),
});

/**
 * Lets workers on other machines carry out jobs. What is finished is what the folder of runs says: the queue
 * only tells who does what next, and is filled again when it has lost its memory. A job that fails does not
 * stop the others; whoever is ended here (Ctrl-C) leaves the workers at work, and comes back by the same
 * command.
 */
export const inQueue = <S extends RunSpec>(options: QueueExecutor<S>): Executor<S> => ({
  async execute(jobs, watch) {
    const { redis, place, timing = usualTiming } = options;
    const { session, line } = options.executor;
    const name = queueName(place);
    const queue = new Queue<JobPayload>(name, { connection: redis, prefix: PREFIX });
    const listening = redis.duplicate();
    const events = new QueueEvents(name, { connection: listening, prefix: PREFIX });
    // A connection that is lost is found again; what was missed is seen by comparing.
    queue.on('error', () => {});
    events.on('error', () => {});
    const open = new Map<string, Asked<S>>();
    const failures: string[] = [];
    const slots = new Map<string, number>();
    let wake = (): void => {};
    const news = new Set<string>();
    events.on('progress', ({ jobId, data }) => {
      const told = progressSchema.safeParse(data).data;
      const asked = open.get(jobId);
      if (!told || !asked) return;
      const slot = slots.get(told.worker) ?? slots.size;
      slots.set(told.worker, slot);
      watch.progress(slot, asked.job, told.progress as JobProgress);
    });
    for (const event of ['completed', 'failed'] as const) {
      events.on(event, ({ jobId }: { readonly jobId: string }) => {
        news.add(jobId);
        wake();
      });
    }
    try {
      await events.waitUntilReady();
      await announceQueue(redis, name);
      const ordered = workingOrder(jobs, ({ spec }) => options.executor.program.effort(spec).work);
      for (const [rank, job] of ordered.entries()) {
        // Two machines that lack the same data would both make it.
        await session.prepare?.(job);
        const payload = payloadOf(job, options.executor, place);
        await clearCancelled(redis, name, jobKey(payload));
        const priority = priorityOf(rank, ordered.length);
        await enqueued(queue, payload, priority, timing);
        open.set(jobKey(payload), { job, payload, priority, missed: 0 });
      }
      line.print(
        `${jobs.length} runs in the queue; stop this when you like, the same command comes back`,
      );
      let compared = performance.now();
      let told = performance.now() - 9.9 * FIRST;
      for (let keys = [...open.keys()]; open.size > 0;) {
        for (const key of keys) {
          const asked = open.get(key);
          if (!asked) continue;
          const how = await settled(queue, key, asked, options, timing);
          if (how === undefined) continue;
          open.delete(key);
          if (how.failed === undefined) await watch.finished(asked.job);
          else {
            failures.push(how.failed);
            line.print(how.failed);
          }
        }
        if (open.size === 0) break;
        if (news.size === 0) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, Math.min(1000, timing.compare));
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
        keys = [...news];
        news.clear();
        const now = performance.now();
        if (now - compared > timing.compare) {
          keys = [...open.keys()];
          compared = now;
        }
        if (now - told > 10 * FIRST) {
          told = now;
          if (await queue.isPaused().catch(() => false)) {
            line.print('this queue is drained: workers take no more runs; replicate queue resume');
          } else if ((await queue.getWorkersCount().catch(() => 1)) === 0) {
            line.print(
              `no worker serves this queue; start one where you like: ${options.workerCommand}`,
            );
          }
        }
      }
    } finally {
      await closedSoon([events.close(), queue.close()]);
      listening.disconnect();
    }
    if (failures.length > 0) {
      const [first, ...others] = failures;
      const more =
        others.length > 0 ? ` (and ${others.length} more of ${jobs.length} runs, above)` : '';
      throw new Error(
        `${first}${more}; the other runs are done, the same command tries this again`,
      );
    }
  },
});

/** Largest that is given; the queue takes twice as much. */
const LEAST_URGENT = 1_000_000;

/**
 * 1 is taken first. The place among all that were asked for together, so that of several commands each gets on.
 * @param rank from 0
 */
export const priorityOf = (rank: number, count: number): number =>
  1 + Math.floor((LEAST_URGENT * rank) / count);

/** Puts a job into the queue unless it is there; one that failed before is tried anew. */
async function enqueued(
  queue: Queue<JobPayload>,
  payload: JobPayload,
  priority: number,
  { tries, backoff }: QueueTiming,
): Promise<void> {
  const jobId = jobKey(payload);
  const there = await queue.getJob(jobId);
  if (there) {
    const state = await there.getState();
    if (state !== 'failed' && state !== 'completed' && state !== 'unknown') return;
    await there.remove().catch(() => {});
  }
  await queue.add(payload.id, payload, {
    ...{ jobId, priority, attempts: tries },
    backoff: { type: 'exponential', delay: backoff, jitter: 0.5 },
  });
}

/** ms after which it is first said that no worker is there; later a tenth as often. */
const FIRST = 60_000;
/** How often the queue may say of a run that it is done before its files are seen. */
const MISSED = 5;

/** How a job ended: with the reason where it failed. */
interface Outcome {
  readonly failed?: string;
}

/** How a job ended; undefined while somebody is to work on it. Lost jobs are put in again. */
async function settled<S extends RunSpec>(
  queue: Queue<JobPayload>,
  key: string,
  asked: Asked<S>,
  options: QueueExecutor<S>,
  timing: QueueTiming,
): Promise<Outcome | undefined> {
  const { redis, place, executor } = options;
  const { job, payload } = asked;
  const isThere = (): boolean =>
    unfinished(
      [job],
      resultsIn<S>(executor.options.root, () => job.id),
    ).length === 0;
  // What is there is done, whatever became of its job.
  if (isThere()) return {};
  const there = await queue.getJob(key);
  const state = there ? await there.getState() : 'unknown';
  if (there && state === 'failed') {
    if (there.failedReason === 'cancelled') return { failed: `${job.id}: cancelled` };
    const stalled = /stalled more than/.test(there.failedReason ?? '');
    return {
      failed: stalled
        ? `${job.id}: its worker ended ${timing.losses + 1} times while it worked on it, the last time ${there.processedBy ?? 'one without a name'}`
        : `${job.id}: ${there.failedReason}`,
    };
  }
  if (state !== 'completed' && state !== 'unknown') return undefined;
  if (place.remote) {
    await place.remote.bring(job.id);
    if (isThere()) return {};
  }
  if (state === 'unknown' && (await isCancelled(redis, queue.name, key))) {
    return { failed: `${job.id}: cancelled` };
  }
  // A network file system may show files late.
  if (state === 'completed' && ++asked.missed > MISSED) {
    return {
      failed: `${job.id}: ${there?.processedBy ?? 'a worker'} says that it is done, but ${executor.options.root} does not hold it`,
    };
  }
  if (state === 'completed' && asked.missed < MISSED) return undefined;
  await enqueued(queue, payload, asked.priority, timing);
  return undefined;
}
