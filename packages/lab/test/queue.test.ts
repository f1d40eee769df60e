import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { perform, runId, type ExecutorOptions, type Job, type Watch } from '@scene-mtl/lab';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  cancelJobs,
  inQueue,
  leftToOthers,
  prometheusMetrics,
  PREFIX,
  queueName,
  queueStates,
  serve,
  serveMetrics,
  setDrained,
  usualTiming,
  workPlace,
  type QueueTiming,
  type ServeOptions,
  type WorkPlace,
} from '../src/queue/index.ts';
import { closedSoon } from '../src/queue/closing.ts';
import { dashboard } from '../src/queue/dashboard.ts';
import { chain, chainEnd, chainSpec, madeTwice, type ChainSpec } from './chain-program.ts';
import {
  hasRedis,
  needingRedis,
  openRedis,
  ownRedis,
  type OwnRedis,
} from '../src/testing/index.ts';

const withRedis = needingRedis(test);

/** Workers in this process, on a Redis of its own. */

const timing: QueueTiming = {
  ...usualTiming,
  ...{ lock: 5000, stalled: 1000, tries: 2, backoff: 50, busy: 200, look: 50, compare: 300 },
};

let server: OwnRedis | undefined;
let redis: Redis;

beforeAll(async () => {
  if (!hasRedis) return;
  server = await ownRedis();
  redis = await openRedis(server.url);
});

afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

const line = { update: () => {}, print: () => {} };

const jobOf = (spec: ChainSpec): Job<ChainSpec> => ({
  id: runId(chain, spec),
  spec,
  measurements: [],
});

/** A folder of runs, and who asks for runs there. */
async function madePlace() {
  const runs = await mkdtemp(join(tmpdir(), 'lab-queue-'));
  const place = await workPlace(runs);
  const options: ExecutorOptions = {
    ...{ root: join(runs, 'trained'), compile: {}, dataWorkers: 0, grids: 0 },
  };
  const session = chain.start({ runs, line });
  const said: string[] = [];
  const executor = inQueue<ChainSpec>({
    ...{ redis, place, timing, workerCommand: 'start one' },
    executor: {
      program: chain,
      session,
      options,
      line: { ...line, print: (text) => said.push(text) },
    },
  });
  const finished: string[] = [];
  const watch: Watch<ChainSpec> = {
    progress: () => {},
    finished: ({ id }) => Promise.resolve(void finished.push(id)),
  };
  return { runs, place, options, executor, watch, finished, said };
}

type Place = Awaited<ReturnType<typeof madePlace>>;

/** A worker in this process, without a process for each run. */
function begun(
  { place, options }: Pick<Place, 'place' | 'options'>,
  name: string,
  own: Partial<ServeOptions> = {},
) {
  const said: string[] = [];
  const serving = serve({
    ...{ redis, place, name, timing, jobs: 1, log: `${name}.log` },
    say: (text) => said.push(text),
    async carryOut({ id, spec }, { signal, onProgress }) {
      const session = chain.start({ runs: place.runs, line });
      const job = { id, spec: spec as unknown as ChainSpec, measurements: [] };
      await perform(job, { program: chain, session, options, worker: name }, (progress) => {
        signal.throwIfAborted();
        onProgress(progress);
      });
    },
    ...own,
  });
  return { ...serving, said };
}

const endOf = async ({ options }: Place, id: string): Promise<unknown> => {
  const text = await readFile(join(options.root, id, 'record.json'), 'utf8');
  return (JSON.parse(text) as { result: { metrics: { end: number } } }).result.metrics.end;
};

withRedis('runs asked for twice are trained once, each step of them once', async () => {
  const place = await madePlace();
  const jobs = [1, 2, 3, 4, 5, 6].map((seed) => jobOf(chainSpec(seed)));
  const workers = ['w1', 'w2', 'w3'].map((name) => begun(place, name));
  const again: string[] = [];
  await Promise.all([
    place.executor.execute(jobs, place.watch),
    place.executor.execute(jobs, {
      ...place.watch,
      finished: ({ id }) => Promise.resolve(void again.push(id)),
    }),
  ]);
  await Promise.all(workers.map((worker) => worker.stop()));
  expect(place.finished.sort()).toEqual(jobs.map(({ id }) => id).sort());
  expect(again.sort()).toEqual(place.finished);
  for (const { id, spec } of jobs) {
    expect(await endOf(place, id)).toBe(chainEnd(spec));
    expect(await madeTwice(join(place.options.root, id))).toEqual([]);
    const names = await readdir(join(place.options.root, id));
    expect(names.filter((name) => /^lock|partial$/.test(name))).toEqual([]);
  }
});

withRedis('cheap runs are taken first', async () => {
  const place = await madePlace();
  const jobs = [40, 10, 20].map((steps) => jobOf(chainSpec(1, { steps })));
  const making = place.executor.execute(jobs, place.watch);
  // All of them wait before anyone takes one.
  while (
    (await queueStates(redis)).every(
      ({ name, waiting }) => name !== queueName(place.place) || waiting < 3,
    )
  );
  const worker = begun(place, 'w1');
  await making;
  await worker.stop();
  expect(place.finished).toEqual([jobs[1], jobs[2], jobs[0]].map(({ id }) => id));
});

withRedis(
  'a run that cannot be made is tried again, then named with worker, step and log; the others are made',
  async () => {
    const place = await madePlace();
    const poisoned = jobOf(chainSpec(1, { poisoned: true }));
    const good = jobOf(chainSpec(2));
    const worker = begun(place, 'w1');
    await expect(place.executor.execute([poisoned, good], place.watch)).rejects.toThrow(
      `${poisoned.id}: worker w1, step 0: cannot be trained; its log: w1.log; the other runs are done`,
    );
    await worker.stop();
    expect(place.finished).toEqual([good.id]);
    expect(worker.said.filter((text) => text.includes('cannot be trained'))).toHaveLength(
      timing.tries,
    );
  },
);

withRedis(
  'a worker that is stopped gives its run back at once, and another goes on from the checkpoint',
  async () => {
    const place = await madePlace();
    const job = jobOf(chainSpec(3, { steps: 60, every: 1, pace: 20 }));
    let reached = () => {};
    const isReached = new Promise<void>((resolve) => (reached = resolve));
    const first = begun(place, 'first');
    const told: string[] = [];
    const making = place.executor.execute([job], {
      ...place.watch,
      progress(_slot, _job, progress) {
        if (progress.kind === 'training' && progress.progress.step > 2) reached();
        if (progress.kind === 'taken' && progress.before) {
          told.push(`${progress.worker} after ${progress.before.worker} from ${progress.step > 2}`);
        }
      },
    });
    await isReached;
    await first.stop();
    const second = begun(place, 'second');
    await making;
    await second.stop();
    expect(await endOf(place, job.id)).toBe(chainEnd(job.spec));
    expect(await madeTwice(join(place.options.root, job.id))).toEqual([]);
    expect(told).toEqual(['second after first from true']);
  },
);

withRedis('a queue that lost its memory is filled again', async () => {
  const place = await madePlace();
  const jobs = [1, 2, 3].map((seed) => jobOf(chainSpec(seed, { steps: 30, pace: 5 })));
  const making = place.executor.execute(jobs, place.watch);
  while ((await queueStates(redis)).every(({ waiting }) => waiting < 3));
  await redis.flushall();
  const worker = begun(place, 'w1');
  await making;
  await worker.stop();
  expect(place.finished.sort()).toEqual(jobs.map(({ id }) => id).sort());
});

withRedis(
  'runs of another version or folder are left to others, with a line that says so',
  async () => {
    await redis.flushall();
    const place = await madePlace();
    const code = { ...place.place.code, version: '0123456789ab' };
    const foreign: WorkPlace = { ...place.place, code };
    const queue = new Queue(queueName(place.place), { connection: redis, prefix: PREFIX });
    const worker = begun({ ...place, place: foreign }, 'foreign');
    await redis.sadd(`${PREFIX}:queues`, queueName(foreign));
    const cancelled = place.executor.execute([jobOf(chainSpec(1))], place.watch);
    const failed = expect(cancelled).rejects.toThrow(/: cancelled; the other runs are done/);
    while ((await queue.getPrioritizedCount()) === 0);
    expect(await leftToOthers(redis, foreign)).toEqual([
      `1 run of code version ${place.place.code.version} left to workers of it; this one is 0123456789ab`,
    ]);
    expect(await leftToOthers(redis, { ...place.place, store: 'ffffffffffff' })).toEqual([
      `1 run of another folder of runs (${place.place.store}) left to its workers; this one works in ffffffffffff`,
    ]);
    expect(await prometheusMetrics(redis)).toContain(
      `scene_mtl_runs_waiting{store="${place.place.store}",version="${place.place.code.version}"} 1\n`,
    );
    const [own] = (await queueStates(redis)).filter(({ name }) => name === queueName(foreign));
    expect(own.workers).toEqual(['foreign']);
    expect(await cancelJobs(redis, place.place, () => true)).toEqual([jobOf(chainSpec(1)).id]);
    await failed;
    await Promise.all([worker.stop(), queue.close()]);
    expect(worker.said).toEqual([]);
  },
);

withRedis(
  'a run that is worked on is cancelled at the next look, and keeps what it saved',
  async () => {
    const place = await madePlace();
    const job = jobOf(chainSpec(5, { steps: 2000, every: 1, pace: 20 }));
    const worker = begun(place, 'w1');
    const failed = expect(
      place.executor.execute([job], {
        ...place.watch,
        progress: (_slot, _job, { kind }) => {
          if (kind === 'training') void cancelJobs(redis, place.place, (key) => key === job.id);
        },
      }),
    ).rejects.toThrow(`${job.id}: cancelled`);
    await failed;
    await worker.stop();
    expect(await readdir(join(place.options.root, job.id))).toContain('checkpoints');
  },
);

withRedis('a worker of a drained queue finishes what it has and takes no more', async () => {
  const place = await madePlace();
  const jobs = [1, 2, 3].map((seed) => jobOf(chainSpec(seed, { steps: 30, pace: 5 })));
  const worker = begun(place, 'w1');
  let drained: Promise<number> | undefined;
  const making = place.executor.execute(jobs, {
    ...place.watch,
    progress: (_slot, _job, { kind }) => {
      if (kind === 'taken') drained ??= setDrained(redis, place.place, true);
    },
  });
  const { url, end } = await serveMetrics(redis, { host: '127.0.0.1', port: 0 });
  const numberOf = async (name: string): Promise<number> => {
    const text = await (await fetch(url)).text();
    const store = `store="${place.place.store}",version="${place.place.code.version}"`;
    return Number(new RegExp(`^scene_mtl_${name}{${store}[^}]*} (\\d+)$`, 'm').exec(text)?.[1]);
  };
  while ((await numberOf('drained')) !== 1 || (await numberOf('runs_active')) > 0);
  // As long as a look at the queue takes, some times over.
  await pause(5 * timing.look);
  expect(place.finished).toHaveLength(1);
  expect(await numberOf('runs_waiting')).toBe(2);
  expect(await worker.idle()).toBeUndefined();
  expect(await drained).toBe(1);
  await setDrained(redis, place.place, false);
  await making;
  await worker.stop();
  expect(place.finished.sort()).toEqual(jobs.map(({ id }) => id).sort());
  expect(worker.said.filter((text) => text.endsWith(': begins'))).toHaveLength(3);
  expect((await fetch(url, { method: 'POST' })).status).toBe(404);
  expect((await fetch(new URL('/', url))).status).toBe(404);
  await end();
});

test('what is to be told to a server that is away is not waited for', async () => {
  const failing = Promise.reject(new Error('no server'));
  await expect(closedSoon([failing], 10_000)).resolves.toBeUndefined();
  await expect(closedSoon([new Promise(() => {})], 10)).resolves.toBeUndefined();
});

withRedis('a job that is none is refused by field, and the next one is made', async () => {
  const place = await madePlace();
  const queue = new Queue(queueName(place.place), { connection: redis, prefix: PREFIX });
  const hostile = [
    ['no object', 7, /^job: /],
    ['outside', { program: '../../etc/passwd.ts' }, /^job: program: .*expected a text of the form/],
    ['unknown', { extra: 1 }, /^job: .*extra/],
    ['path', { id: '../up' }, /name "..\/up": it has "\/" in it/],
  ] as const;
  const { version } = place.place.code;
  const good = {
    ...{ version, store: place.place.store, id: 'x', measurements: [], dataWorkers: 0, grids: 0 },
    program: 'packages/lab/test/chain-program.ts',
    spec: chainSpec(1),
  };
  for (const [name, wrong] of hostile) {
    const data = typeof wrong === 'object' ? { ...good, ...wrong } : wrong;
    await queue.add(name, data, { jobId: name, attempts: 3 });
  }
  const worker = begun(place, 'w1');
  const job = jobOf(chainSpec(8));
  await place.executor.execute([job], place.watch);
  for (const [name, , why] of hostile) {
    const refused = await queue.getJob(name);
    expect(await refused?.getState()).toBe('failed');
    expect(refused?.failedReason).toMatch(why);
    expect(refused?.attemptsMade).toBe(1);
  }
  await Promise.all([worker.stop(), queue.close()]);
});

withRedis(
  'the dashboard shows nothing without its token, and changes nothing with it',
  async () => {
    const place = await madePlace();
    const queue = new Queue(queueName(place.place), { connection: redis, prefix: PREFIX });
    await redis.sadd(`${PREFIX}:queues`, queue.name);
    await queue.add('run', {}, { jobId: 'run' });
    const { url, end } = await dashboard({ redis, host: '127.0.0.1', port: 0, token: 'right' });
    const get = (path: string, init: RequestInit = {}) =>
      fetch(new URL(path, url), { redirect: 'manual', ...init });
    for (const path of [
      '',
      'queues',
      'queues/api/queues',
      'metrics',
      '?token=wrong',
      'static/x.js',
    ]) {
      expect((await get(path)).status).toBe(401);
    }
    const cookie = (await get('queues?token=right')).headers.get('set-cookie');
    expect(cookie).toMatch(/^scene-mtl-token=right; Path=\/; HttpOnly; SameSite=Strict$/);
    const headers = { cookie: 'scene-mtl-token=right' };
    expect(await (await get('queues', { headers })).text()).toContain('<html');
    expect(await (await get('queues/api/queues', { headers })).text()).toContain(queue.name);
    const gone = await get(`queues/api/queues/${queue.name}/run/clean`, { method: 'PUT', headers });
    expect(gone.status).toBe(405);
    expect(await queue.getJob('run')).toBeDefined();
    const bearer = { authorization: 'Bearer right' };
    expect(await (await get('metrics', { headers: bearer })).text()).toContain(
      'scene_mtl_workers{',
    );
    await Promise.all([end(), queue.close()]);
  },
);

test('a folder of runs is known by the same name to all who ask at once', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'lab-store-'));
  await mkdir(join(runs, 'trained'));
  const places = await Promise.all([1, 2, 3, 4].map(() => workPlace(runs)));
  expect(new Set(places.map(({ store }) => store)).size).toBe(1);
  expect(await readdir(join(runs, 'trained'))).toEqual(['store.json']);
});
