import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Server } from '@scene-mtl/lab/testing';
import type { Crew } from './crew.ts';
import type { DrillRedis } from './servers.ts';

/** What faults befall. */
export interface Scene {
  readonly crew: Crew;
  readonly redis: DrillRedis;
  /** Present: the runs are in a bucket. */
  readonly bucket?: S3Server;
  /** A small disk of its own with the runs, or what the workers have in hand of them; absent: none could be made. */
  readonly disk?: string;
  /** Gives a run that a worker has, or any, to the next worker too. */
  readonly giveTwice: () => Promise<void>;
  readonly pick: <T>(all: readonly T[]) => T;
  /** Waits for as long as a fault lasts. */
  readonly lasting: () => Promise<void>;
  /** Waits for twice as long as a lock holds. */
  readonly beyondLock: () => Promise<void>;
}

/** A fault, and when it can be. */
interface Fault {
  readonly name: string;
  readonly isPossible?: (scene: Scene) => boolean;
  /** Resolves when it is over. */
  readonly happen: (scene: Scene) => Promise<void>;
}

const inBucket = ({ bucket }: Scene): boolean => bucket !== undefined;
const onDisk = ({ disk }: Scene): boolean => disk !== undefined;

/** Answers writes, or all requests, so for a while. */
const answering =
  (answer: ReturnType<S3Server['fault']>, methods: readonly string[]): Fault['happen'] =>
  async ({ bucket, lasting }) => {
    bucket!.fault = ({ method }) => (methods.includes(method) ? answer : undefined);
    await lasting();
    bucket!.fault = () => undefined;
  };

const remounted = (disk: string, how: 'ro' | 'rw'): boolean =>
  spawnSync('mount', ['-o', `remount,${how}`, disk], { stdio: 'ignore' }).status === 0;

export const faults: readonly Fault[] = [
  {
    name: 'worker killed',
    happen({ crew, pick }) {
      if (crew.workers.size > 0) crew.kill(pick([...crew.workers.keys()]));
      return Promise.resolve();
    },
  },
  {
    name: 'process that trains killed',
    happen({ crew, pick }) {
      const trainers = crew.trainers();
      if (trainers.length > 0) process.kill(pick(trainers), 'SIGKILL');
      return Promise.resolve();
    },
  },
  {
    name: 'Redis restarted, its memory lost',
    happen: ({ redis, lasting }) => redis.restart(lasting),
  },
  {
    name: 'Redis stood still for twice the lock',
    async happen({ redis, beyondLock }) {
      redis.process().kill('SIGSTOP');
      await beyondLock();
      redis.process().kill('SIGCONT');
    },
  },
  { name: 'run given to two workers', happen: ({ giveTwice }) => giveTwice() },
  {
    name: 'disk full',
    isPossible: onDisk,
    async happen({ disk, lasting }) {
      const ballast = join(disk!, 'ballast');
      const file = await open(ballast, 'w');
      const block = Buffer.alloc(4096);
      try {
        for (;;) await file.write(block);
      } catch {
        // No space is left.
      }
      await file.close();
      await lasting();
      await rm(ballast);
    },
  },
  {
    name: 'disk read-only',
    isPossible: onDisk,
    async happen({ disk, lasting }) {
      // Refused while a file is open for writing: it is tried until it happens.
      for (let tries = 0; tries < 200 && !remounted(disk!, 'ro'); tries++);
      await lasting();
      if (!remounted(disk!, 'rw')) throw new Error(`${disk}: cannot be written again`);
    },
  },
  {
    name: 'bucket refuses writes (403)',
    isPossible: inBucket,
    happen: answering({ status: 403, code: 'AccessDenied' }, ['PUT', 'DELETE']),
  },
  {
    name: 'bucket answers 500',
    isPossible: inBucket,
    happen: answering({ status: 500, code: 'InternalError' }, ['PUT', 'GET', 'DELETE']),
  },
  {
    name: 'bucket cuts connections',
    isPossible: inBucket,
    happen: answering('cut', ['PUT', 'GET', 'DELETE']),
  },
  {
    name: 'answers of the bucket are lost',
    isPossible: inBucket,
    happen: answering('deaf', ['PUT', 'DELETE']),
  },
];
