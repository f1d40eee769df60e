import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { workingOrder } from '@scene-mtl/lab';
import { Queue } from 'bullmq';
import {
  connected,
  PREFIX,
  priorityOf,
  queueAddress,
  queueName,
  serve,
  workPlace,
  type JobPayload,
} from '@scene-mtl/lab/queue';

/**
 * `npx tsx --conditions=@scene-mtl/source scripts/simulate-queue.ts [workers] [runs] [speed]` lets so many workers
 * (default 256) take so many runs (default 10 for each) from a Redis of its own. A run is a sleep as long as a published
 * run of the standard profile took, divided by the speed (default 100, which makes all that is not sleep count a hundred
 * times what it does). Prints what of the workers' time was neither: waiting for the queue while runs were there, and the
 * end, when some have nothing left; and what 10,000 runs take of Redis's memory. All workers are in one process.
 */

const [count = 256, runs = 10 * count, speed = 100] = process.argv.slice(2).map(Number);

interface Published {
  readonly id: string;
  readonly timing: { readonly seconds: number };
  readonly spec: {
    readonly tasks: string[];
    readonly balance: JobPayload['spec']['balance'];
    readonly seed: number;
  };
}
const results = fileURLToPath(new URL('../results/standard/', import.meta.url));
const published = readFileSync(join(results, 'runs.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Published);

const port = await new Promise<number>((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => done(port));
  });
});
const folder = await mkdtemp(join(tmpdir(), 'simulate-queue-'));
const server = spawn(
  'redis-server',
  ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
for await (const text of server.stdout.setEncoding('utf8')) {
  if (/Ready to accept/.test(text as string)) break;
}
const redis = await connected(queueAddress(`redis://127.0.0.1:${port}/0`));
const place = await workPlace(folder);
const queue = new Queue<JobPayload>(queueName(place), { connection: redis, prefix: PREFIX });

const config = {
  ...{ size: { height: 128, width: 256 }, strips: 0 },
  ...(JSON.parse(readFileSync(join(results, 'group.json'), 'utf8')) as { config?: object }).config,
};
const memory = async (): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);

/** Puts so many runs into the queue, the published ones again and again. */
async function fill(wanted: number): Promise<void> {
  const all = Array.from({ length: wanted }, (_, i) => i);
  const ordered = workingOrder(all, (i) => published[i % published.length].timing.seconds);
  const jobs = ordered.map((i, rank) => {
    const { id, spec } = published[i % published.length];
    const payload: JobPayload = {
      ...{ version: place.code.version, store: place.store, id: `${id}.${i}` },
      program: 'apps/replicate/src/scenes/program.ts',
      spec: { ...spec, config },
      measurements: [],
      ...{ engine: 'onnx', dataWorkers: 1, grids: 0 },
    };
    const opts = { jobId: payload.id, priority: priorityOf(rank, wanted), attempts: 4 };
    return { name: payload.id, data: payload, opts };
  });
  for (let i = 0; i < jobs.length; i += 500) await queue.addBulk(jobs.slice(i, i + 500));
}

const before = await memory();
await fill(10_000);
const used = (await memory()) - before;
await queue.obliterate({ force: true });
process.stdout.write(
  `10,000 runs take ${(used / 2 ** 20).toFixed(1)} MiB of Redis, ` +
    `${(used / 10_000 / 1024).toFixed(1)} KiB each, of which ${(JSON.stringify(config).length / 1024).toFixed(1)} KiB are the configuration\n`,
);

await fill(runs);
let slept = 0;
let waited = 0;
let lastTaken = 0;
let done = 0;
const lastOf: number[] = Array.from({ length: count }, () => 0);
let finish = () => {};
const finished = new Promise<void>((resolve) => (finish = resolve));
let started = 0;
const workers = Array.from({ length: count }, (_, i) =>
  serve({
    ...{ redis, place, name: `w${i}`, jobs: 1, say: () => {} },
    async carryOut({ id }) {
      const now = performance.now();
      if (started === 0) started = now;
      // Until all are connected nobody's waiting is the queue's.
      if (lastOf[i] > 0) waited += now - lastOf[i];
      lastTaken = now;
      const index = Number(id.split('.').at(-1)) % published.length;
      const ms = (1000 * published[index].timing.seconds) / speed;
      await pause(ms);
      slept += ms;
      lastOf[i] = performance.now();
      // What a sleep is longer than it should be is this process's, which has all workers on one core.
      waited += Math.max(0, lastOf[i] - now - ms);
      if (++done === runs) finish();
    },
  }),
);
await finished;
const ended = performance.now();
const whole = count * (ended - started);
const idle = lastOf.reduce((sum, last) => sum + (ended - last), 0);
const percent = (ms: number): string => `${((100 * ms) / whole).toFixed(2)} %`;
process.stdout.write(
  `${count} workers, ${runs} runs, ${((ended - started) / 1000).toFixed(1)} s, at ${speed} times the speed: ` +
    `at work ${percent(slept)}, waiting for the queue ${percent(waited)} ` +
    `(${(waited / runs).toFixed(1)} ms a run: ${((100 * waited) / (waited + slept * speed)).toFixed(3)} % at the true length), ` +
    `nothing left to do at the end ${percent(idle)}; last run taken after ${((lastTaken - started) / 1000).toFixed(1)} s\n`,
);
await Promise.all(workers.map((worker) => worker.stop()));
await queue.close();
redis.disconnect();
server.kill('SIGKILL');
await rm(folder, { recursive: true });
process.exit(0);
