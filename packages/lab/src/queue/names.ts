import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { WorkPlace } from '../remote/payload.ts';

/** Before all that this project keeps in a Redis. */
export const PREFIX = 'scene-mtl';

const named = z.tuple([z.string(), z.string()]);

/**
 * A queue holds the runs of one folder for one version of the code: a worker of another version never sees
 * them.
 */
export const queueName = ({ code, store }: Pick<WorkPlace, 'code' | 'store'>): string =>
  `${store}-${code.version}`;

/** Which folder and version a queue's name says. */
export function partsOf(name: string): { readonly store: string; readonly version: string } {
  const [store, version] = named.parse(name.split('-'));
  return { store, version };
}

const NAMES = `${PREFIX}:queues`;

/** Makes a queue known to `queuesIn`. */
export const announceQueue = (redis: Redis, name: string) => redis.sadd(NAMES, name);

/** Names of all queues that anyone ever filled there. */
export const queuesIn = async (redis: Redis): Promise<string[]> =>
  (await redis.smembers(NAMES)).filter((name) => named.safeParse(name.split('-')).success).sort();

const cancelledKey = (name: string): string => `${PREFIX}:${name}:cancelled`;

/** Marks jobs as cancelled; who works on one is told by {@link isCancelled}. */
export async function markCancelled(redis: Redis, name: string, keys: readonly string[]) {
  if (keys.length === 0) return;
  await redis.sadd(cancelledKey(name), ...keys);
  await redis.expire(cancelledKey(name), 7 * 24 * 3600);
}

/** Lets a job be enqueued again after it was cancelled. */
export const clearCancelled = (redis: Redis, name: string, key: string) =>
  redis.srem(cancelledKey(name), key);

/** Whether somebody cancelled a job. */
export const isCancelled = async (redis: Redis, name: string, key: string): Promise<boolean> =>
  (await redis.sismember(cancelledKey(name), key)) === 1;
