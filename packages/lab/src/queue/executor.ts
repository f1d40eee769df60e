import type { MakeExecutor } from '../execute/executor.ts';
import { connected, type QueueAddress } from './connection.ts';
import { inQueue } from './in-queue.ts';
import type { QueueTiming } from './timing.ts';
import { workPlace } from './work.ts';

/** Lets the workers of a queue carry out the runs of an experiment. */
export const queueExecutor =
  (address: QueueAddress, workerCommand: string, timing?: QueueTiming): MakeExecutor =>
  async (executor) => {
    const redis = await connected(address);
    const place = await workPlace(executor.runs);
    const queued = inQueue({
      ...{ redis, place, executor, workerCommand },
      ...(timing && { timing }),
    });
    let isOver = false;
    return {
      isElsewhere: true,
      async execute(jobs, watch) {
        if (jobs.length > 0) await queued.execute(jobs, watch);
      },
      end() {
        if (!isOver) redis.disconnect();
        isOver = true;
        return Promise.resolve();
      },
    };
  };
