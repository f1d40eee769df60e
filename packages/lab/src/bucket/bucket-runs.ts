import { createHash, randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { checkedBy, parseJson } from '@scene-mtl/data/json';
import type { RemoteRuns } from '../remote/remote-runs.ts';
import { storeSchema, storeFile } from '../remote/store-id.ts';
import { json, readJsonIfPresent } from '../store/files.ts';
import { alone, FolderBusy } from '../store/lock.ts';
import { stepReached } from '../store/step-reached.ts';
import type { BucketAddress } from './address.ts';
import { BucketFailure } from './failure.ts';
import { LeaseLost, readIndex, takeRun, type Lease } from './lease.ts';
import { bucketObjects, type Objects } from './objects.ts';
import { filesOf } from './snapshot.ts';
import { pull, push, sweepParts, type LocalRun, type Sent } from './sync.ts';
import { usualBucketTiming, type BucketTiming } from './timing.ts';

/** How runs are kept in a bucket. */
export interface BucketRunsOptions {
  readonly address: BucketAddress;
  /** Folder on this machine for what is in hand of them. */
  readonly scratch: string;
  /** Takes a line for people. */
  readonly say: (line: string) => void;
  readonly timing?: BucketTiming;
}

/**
 * Opens the runs of a bucket.
 * @throws in one line when the bucket cannot be reached, refuses, or cannot write on condition; for a folder that
 * holds runs of its own
 */
export async function bucketRuns(options: BucketRunsOptions): Promise<RemoteRuns> {
  const { address, scratch, say, timing = usualBucketTiming } = options;
  const objects = bucketObjects(address, timing);
  // Whoever starts a command sees at once what is wrong.
  const id = await knownAs(objects.within(10 * timing.backoff));
  await markScratch(scratch, id, address.shown);
  const localRun = (run: string): LocalRun => ({
    id: run,
    folder: join(scratch, 'trained', run),
    note: join(scratch, 'in-hand', `${run}.json`),
    outgoing: join(scratch, 'in-hand', `${run}.${process.pid}`),
  });
  return {
    ...{ id, shown: address.shown },
    async bring(run) {
      const local = localRun(run);
      for (;;) {
        const found = await readIndex(objects, run);
        if (!found || Object.keys(found.index.files).length === 0) return;
        // What a worker of this very folder is at is here already.
        const isDone = await alone(local.folder, () =>
          pull(objects, local, found.index, false),
        ).catch((error: unknown) => {
          if (error instanceof FolderBusy) return true;
          throw error;
        });
        if (isDone) return;
      }
    },
    async hold(run, worker, work, stopping) {
      const lease = await takeRun(objects, run, worker, timing);
      const held = new AbortController();
      const stop = AbortSignal.any([lease.lost, held.signal]);
      const local = localRun(run);
      const keeper = keeperOf(objects, local, lease, {
        timing,
        say,
        onRefused: () => held.abort(),
      });
      try {
        await alone(local.folder, () => pull(objects, local, lease.index(), true));
        keeper.start();
        await work(stop).catch(async (error: unknown) => {
          // What it saved before it failed, or was stopped, is a state that another goes on from.
          const hurried = stopping.aborted ? objects.within(timing.hurry) : objects;
          if (!stop.aborted) await keeper.finish(hurried).catch(() => {});
          throw keeper.refused() ?? (lease.lost.aborted ? lostBy(run) : error);
        });
        await keeper.finish(objects);
      } finally {
        keeper.stop();
        await letGo(objects.within(timing.hurry), run, lease);
      }
    },
    end: () => objects.end(),
  };
}

const lostBy = (run: string): LeaseLost =>
  new LeaseLost(`${run}: another worker has this run by now; wait for it`);

/** Sends what a run saves while it goes on. */
interface Keeper {
  start(): void;
  stop(): void;
  /** What the bucket refused, which ended the work. */
  refused(): BucketFailure | undefined;
  /** Sends what is there now. */
  finish(through: Objects): Promise<void>;
}

function keeperOf(
  objects: Objects,
  local: LocalRun,
  lease: Lease,
  {
    timing,
    say,
    onRefused,
  }: {
    readonly timing: BucketTiming;
    readonly say: (line: string) => void;
    readonly onRefused: () => void;
  },
): Keeper {
  const sent: Sent = new Map();
  let refused: BucketFailure | undefined;
  let timer: NodeJS.Timeout | undefined;
  let kept = 0;
  let isSaid = false;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  const look = async (): Promise<void> => {
    const newest = stepReached(local.folder);
    if (newest <= kept || refused) return;
    try {
      // What does not get through now is sent at the next look; the training goes on.
      await push(objects.within(timing.look), local, lease, sent);
      kept = newest;
      isSaid = false;
    } catch (error) {
      if (lease.lost.aborted) return;
      const failure = error as Error;
      if (failure instanceof BucketFailure && !failure.isPassing) {
        refused = failure;
        onRefused();
      }
      if (!isSaid) say(failure.message);
      isSaid = true;
    }
  };
  return {
    start() {
      kept = 0;
      timer = setInterval(() => void inTurn(look), timing.look);
    },
    stop: () => clearInterval(timer),
    refused: () => refused,
    finish(through) {
      clearInterval(timer);
      return inTurn(() => push(through, local, lease, sent));
    },
  };
}

/** Another worker may have the run; what cannot be said now is seen by the silence. */
async function letGo(objects: Objects, run: string, lease: Lease): Promise<void> {
  try {
    if (lease.lost.aborted) {
      const now = await readIndex(objects, run);
      if (now) await sweepParts(objects, run, now.index, lease.token);
    } else {
      await sweepParts(objects, run, lease.index());
    }
  } catch {
    // The next who has the run does it.
  }
  await lease.release(objects).catch(() => {});
}

/** What the place is known by, in `trained/store.json`; made once, by whoever comes first. */
async function knownAs(objects: Objects): Promise<string> {
  const key = 'trained/store.json';
  const made = json({ store: randomBytes(6).toString('hex') });
  await objects.write(key, made, { isNew: true });
  // A server that knows no conditions would let two workers have one run.
  if ((await objects.write(key, made, { isNew: true })) !== undefined) {
    throw new Error(
      `${objects.shown}: the server writes whatever the condition (If-None-Match); one that keeps it is needed: ` +
        `AWS S3, or a recent MinIO, Ceph or Garage`,
    );
  }
  const name = `${objects.shown}/${key}`;
  const read = await objects.read(key);
  return checkedBy(storeSchema, parseJson(read?.text ?? '', name), name).store;
}

/** @throws for a folder with runs of its own, or of another bucket, which would come among these */
async function markScratch(scratch: string, id: string, shown: string): Promise<void> {
  const file = storeFile(scratch);
  const known = await readJsonIfPresent(file, storeSchema);
  if (known?.store === id) return;
  const mark = async (): Promise<void> => {
    const now = await readJsonIfPresent(file, storeSchema);
    if (now?.store === id) return;
    if (now || (await filesOf(dirname(file))).length > 0) {
      throw new Error(
        `${resolve(scratch)}: holds other runs than those of ${shown}; give another --scratch`,
      );
    }
    await writeAtomically(file, json({ store: id }));
  };
  // Several workers of one machine may begin at once.
  await alone(dirname(file), mark, { onWaiting: () => {} });
}

/** Where a machine has what is in hand of a bucket's runs, unless it is told. */
export const usualScratch = ({ bucket, prefix, endpoint }: BucketAddress): string => {
  const place = createHash('sha256').update(`${endpoint}/${bucket}/${prefix}`).digest('hex');
  return join('runs', `s3-${bucket}-${place.slice(0, 8)}`);
};
