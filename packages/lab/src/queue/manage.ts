import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { WorkPlace } from '../remote/payload.ts';
import { markCancelled, partsOf, PREFIX, queueName, queuesIn } from './names.ts';
import { UNDONE } from './serve.ts';

/** What is in a queue. */
export interface QueueState {
  readonly name: string;
  readonly store: string;
  readonly version: string;
  readonly waiting: number;
  readonly active: number;
  readonly failed: number;
  readonly workers: readonly string[];
}

const opened = async <T>(redis: Redis, name: string, use: (queue: Queue) => Promise<T>) => {
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
        const counts = await queue.getJobCounts(...UNDONE, 'failed');
        const workers = await queue.getWorkers();
        return {
          name,
          ...partsOf(name),
          waiting: counts.wait + counts.prioritized + counts.delayed,
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

/** A job as `replicate queue status` lists it. */
export interface ListedJob {
  readonly key: string;
  readonly state: string;
  readonly worker?: string;
  readonly step?: number;
  readonly why?: string;
}

/** The jobs of a queue that are not done, and those that failed. */
export const jobsIn = (redis: Redis, place: Pick<WorkPlace, 'code' | 'store'>) =>
  opened(redis, queueName(place), async (queue) => {
    const listed: ListedJob[] = [];
    for (const state of ['active', 'prioritized', 'delayed', 'wait', 'failed'] as const) {
      for (const job of await queue.getJobs([state])) {
        if (!job) continue;
        const told = job.progress as { progress?: { progress?: { step?: number } } };
        const step = told?.progress?.progress?.step;
        listed.push({
          key: job.id!,
          state: state === 'prioritized' ? 'waiting' : state,
          ...(state === 'active' && job.processedBy && { worker: job.processedBy }),
          ...(state === 'active' && typeof step === 'number' && { step }),
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

/** Numbers of all queues of a server, in the text format of Prometheus 0.0.4. */
export async function prometheusMetrics(redis: Redis): Promise<string> {
  const states = await queueStates(redis);
  const gauge = (name: string, help: string, of: (state: QueueState) => number): string =>
    [
      `# HELP scene_mtl_${name} ${help}`,
      `# TYPE scene_mtl_${name} gauge`,
      ...states.map(
        (state) =>
          `scene_mtl_${name}{store="${state.store}",version="${state.version}"} ${of(state)}`,
      ),
      '',
    ].join('\n');
  return [
    gauge('runs_waiting', 'Runs that wait for a worker.', ({ waiting }) => waiting),
    gauge('runs_active', 'Runs that a worker works on.', ({ active }) => active),
    gauge('runs_failed', 'Runs that failed after all tries.', ({ failed }) => failed),
    gauge('workers', 'Workers connected.', ({ workers }) => workers.length),
  ].join('');
}
