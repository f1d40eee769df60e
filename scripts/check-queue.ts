import { spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stream } from '@scene-mtl/data';
import { runId, type ExecutorOptions, type Job } from '@scene-mtl/lab';
import { bucketRuns } from '@scene-mtl/lab/bucket';
import {
  connected,
  inQueue,
  jobKey,
  payloadOf,
  PREFIX,
  queueAddress,
  queueName,
  workPlace,
} from '@scene-mtl/lab/queue';
import { chain, chainSpec, type ChainSpec } from '../packages/lab/test/chain-program.ts';
import { s3Server } from '@scene-mtl/lab/testing';
import { crewAt } from './queue-drill/crew.ts';
import { faults, type Scene } from './queue-drill/faults.ts';
import { drillRedis } from './queue-drill/servers.ts';
import { times } from './queue-drill/times.ts';
import { leftInBucket, outcomeOf } from './queue-drill/verdict.ts';

/**
 * `npx tsx --conditions=@scene-mtl/source scripts/check-queue.ts [--faults 50] [--seed 1] [--store folder|bucket]
 * [--folder queue-drill] [--only <a fault's name>] [--usual]` lets four workers carry out small runs from a Redis of its
 * own while faults happen at random moments (scripts/queue-drill/faults.ts), with the runs in a folder that all see or
 * in a bucket of a small S3 server in this process. Then it counts what became of the runs. Exit code 1 when one is
 * missing, wrong, trained twice, or half written. Times are a tenth of the usual ones but for `--usual`. What the
 * workers write is on a small disk of its own, which is filled and made read-only, where one may be mounted; else those
 * faults are left out, with a line.
 */
const { values: flags } = parseArgs({
  options: {
    faults: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    store: { type: 'string', default: 'folder' },
    folder: { type: 'string', default: 'queue-drill' },
    only: { type: 'string' },
    usual: { type: 'boolean', default: false },
  },
});
const WORKERS = 4;
const RUNS = 12;
const inBucket = flags.store === 'bucket';
const { queue: timing, bucket: bucketTiming, between, lasting } = times(flags.usual);
const random = stream(Number(flags.seed), 'faults');
const pick = <T>(all: readonly T[]): T => all[random.integer(all.length)];
const seconds = (least: number, most: number) =>
  pause(1000 * (least + random.integer(1000) * ((most - least) / 1000)));
const log = (text: string): void =>
  void process.stdout.write(`${(performance.now() / 1000).toFixed(1)} s  ${text}\n`);

const folder = resolve(flags.folder);
const disk = join(folder, 'runs');
await mkdir(disk, { recursive: true });
if ((await readdir(disk)).length > 0) throw new Error(`${disk}: is not empty; give another folder`);
const mount = ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk];
const isMounted = spawnSync('mount', mount, { stdio: 'ignore' }).status === 0;
if (!isMounted) log('no small disk can be mounted here: full and read-only disks are left out');

const redis = await drillRedis(folder);
const server = inBucket ? await s3Server(1000) : undefined;
const prefix = 'drill';
const crew = await crewAt({
  queue: redis.url,
  bucket: server ? server.address(prefix).shown : '',
  folderOf: (name) => (server ? join(disk, name) : disk),
  isUsual: flags.usual,
  env: server?.env ?? {},
  log: join(folder, 'workers.log'),
});
for (let i = 0; i < WORKERS; i++) crew.begin();

const runs = server ? join(folder, 'asked') : disk;
const remote =
  server &&
  (await bucketRuns({
    ...{ address: server.address(prefix), scratch: runs, say: log, timing: bucketTiming },
  }));
const client = await connected(queueAddress(redis.url));
const place = await workPlace(runs, remote);
const options: ExecutorOptions = {
  ...{ root: join(runs, 'trained'), compile: {}, dataWorkers: 0, grids: 0 },
};
const line = { update: () => {}, print: () => {} };
const session = chain.start({ runs, line });
const asking = { program: chain, session, options, line };
const executor = inQueue<ChainSpec>({
  ...{ redis: client, place, timing, executor: asking, workerCommand: '' },
});

const jobs: Job<ChainSpec>[] = [];
let isOver = false;
let current: readonly Job<ChainSpec>[] = [];
let askedAgain = 0;
/** Asks for new runs until there are no more faults. */
async function ask(): Promise<void> {
  while (!isOver) {
    current = Array.from({ length: RUNS }, () => {
      const spec = chainSpec(jobs.length + 1, { steps: 60, every: 5, pace: 25 });
      const job = { id: runId(chain, spec), spec, measurements: [] };
      jobs.push(job);
      return job;
    });
    for (let todo = [...current]; todo.length > 0;) {
      const left = new Set(todo);
      await executor
        .execute(todo, {
          progress: () => {},
          finished: (job) => Promise.resolve(void left.delete(job)),
        })
        .catch(async (error: Error) => {
          log(`asked again: ${error.message}`);
          await pause(500);
        });
      todo = [...left];
      askedAgain += todo.length;
    }
  }
}

const scene: Scene = {
  ...{ crew, redis, pick },
  ...(server && { bucket: server }),
  ...(isMounted && { disk }),
  async giveTwice() {
    const queue = `${PREFIX}:${queueName(place)}`;
    const active = await client.lrange(`${queue}:active`, 0, -1);
    await client.lpush(
      `${queue}:wait`,
      active[0] ?? jobKey(payloadOf(pick(current), asking, place)),
    );
  },
  lasting: () => seconds(...lasting),
  beyondLock: () => seconds((2 * timing.lock) / 1000, (2.2 * timing.lock) / 1000),
};
const possible = faults.filter(
  ({ name, isPossible = () => true }) =>
    isPossible(scene) && (flags.only === undefined || name === flags.only),
);
if (possible.length === 0) throw new Error(`--only: no such fault here: ${flags.only}`);

const asked = ask();
const counts: Record<string, number> = {};
// The first workers are at work.
while ((await client.keys(`${PREFIX}:*:active`)).length === 0) await pause(200);
for (let fault = 1; fault <= Number(flags.faults); fault++) {
  await seconds(...between);
  const { name, happen } = pick(possible);
  counts[name] = (counts[name] ?? 0) + 1;
  log(`fault ${fault}: ${name}`);
  await happen(scene);
}
isOver = true;
await asked;
await crew.end();
client.disconnect();
redis.stop();

const wrong: string[] = [];
let hands = 0;
let uncleared = 0;
for (const job of jobs) {
  const outcome = await outcomeOf(options.root, job);
  wrong.push(...outcome.wrong);
  hands += outcome.hands;
  if (!server) continue;
  const left = leftInBucket(server, prefix, job.id);
  wrong.push(...left.wrong);
  if (left.isUncleared) uncleared++;
}
for (const [kind, count] of Object.entries(counts)) log(`${count} × ${kind}`);
log(
  `${flags.faults} faults, runs in a ${flags.store}: ${jobs.length} runs of 60 steps, which ${hands} workers took in hand; ` +
    `${askedAgain} were asked for again after all tries; ${wrong.length} missing, wrong, trained twice or half written`,
);
if (server) log(`${uncleared} runs whose last worker ended before it had cleared up`);
for (const text of wrong) log(text);
await server?.stop();
if (isMounted) spawnSync('umount', [disk]);
process.exit(wrong.length > 0 ? 1 : 0);
