import type { MakeExecutor } from '../execute/executor.ts';
import type { RemoteRuns } from '../remote/remote-runs.ts';
import { connected, type QueueAddress } from './connection.ts';
import { inQueue } from './in-queue.ts';
import type { QueueTiming } from './timing.ts';
import { workPlace } from './work.ts';

/** Besides where the queue is. */
export interface QueueExecutorOptions {
  /** What one types to start a worker. */
  readonly workerCommand: string;
  /** Where the runs are kept, if that is no folder that all see. */
  readonly remote?: RemoteRuns;
  readonly timing?: QueueTiming;
}

/** How many runs are brought at a time. */
const AT_A_TIME = 8;

/** Lets the workers of a queue carry out the runs of an experiment. */
export const queueExecutor =
  (address: QueueAddress, { workerCommand, remote, timing }: QueueExecutorOptions): MakeExecutor =>
  async (executor) => {
    const redis = await connected(address);
    const place = await workPlace(executor.runs, remote);
    const queued = inQueue({
      ...{ redis, place, executor, workerCommand },
      ...(timing && { timing }),
    });
    let isOver = false;
    return {
      isElsewhere: true,
      ...(remote && {
        async bring(ids: readonly string[]) {
          const left = ids[Symbol.iterator]();
          const one = async (): Promise<void> => {
            for (const id of left) await remote.bring(id);
          };
          await Promise.all(Array.from({ length: AT_A_TIME }, one));
        },
      }),
      async execute(jobs, watch) {
        if (jobs.length > 0) await queued.execute(jobs, watch);
      },
      end() {
        if (!isOver) {
          redis.disconnect();
          remote?.end();
        }
        isOver = true;
        return Promise.resolve();
      },
    };
  };
