import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stream } from '@scene-mtl/data';
import { runId, type ExecutorOptions, type Job } from '@scene-mtl/lab';
import {
  connected,
  inQueue,
  jobKey,
  payloadOf,
  PREFIX,
  queueAddress,
  queueName,
  usualTiming,
  work,
  workPlace,
  type QueueTiming,
} from '@scene-mtl/lab/queue';
import {
  chain,
  chainEnd,
  chainSpec,
  madeTwice,
  type ChainSpec,
} from '../packages/lab/test/chain-program.ts';

/**
 * `npx tsx --conditions=@scene-mtl/source scripts/check-queue.ts [faults] [seed] [folder]` lets four workers carry out
 * small runs from a Redis of its own while faults happen at random moments (default 50): a worker or the process that
 * trains for it is killed, Redis is restarted without its memory, Redis stands still for longer than the lock, the disk
 * of the runs is full, a run is given to a second worker. Then it counts what became of the runs. Exit code 1 when one
 * is missing, wrong, trained twice, or half written. The folder is mounted as a small disk of its own to be filled,
 * where this may be done; else that fault is left out, with a line.
 */

/** As usual, but faster: a lock of 3 s stands for one of 30 s. */
const timing: QueueTiming = {
  ...usualTiming,
  ...{ lock: 3000, stalled: 1500, tries: 6, backoff: 500, busy: 1000, look: 500, compare: 2000 },
  losses: 50,
};
const WORKERS = 4;
const RUNS = 12;

const [first = '50', second = '1', third = 'queue-drill', ...rest] = process.argv.slice(2);

if (first === 'worker') {
  const ending = new AbortController();
  process.on('SIGTERM', () => ending.abort());
  await work({
    ...{ address: queueAddress(second), runs: third, name: rest[0], timing },
    ...{ jobs: 1, threads: 1, untilEmpty: false, signal: ending.signal },
    say: (line) => void process.stderr.write(`${rest[0]}: ${line}\n`),
  });
  process.exit(0);
}

const faults = Number(first);
const random = stream(Number(second), 'faults');
const folder = resolve(third);
const runs = join(folder, 'runs');
const log = (text: string): void =>
  void process.stdout.write(`${(performance.now() / 1000).toFixed(1)} s  ${text}\n`);

await mkdir(runs, { recursive: true });
if ((await readdir(runs)).length > 0) throw new Error(`${runs}: is not empty; give another folder`);
const mounted =
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', runs], { stdio: 'ignore' })
    .status === 0;
if (!mounted) log('no small disk can be mounted here: full disks are left out');

const port = await new Promise<number>((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => done(port));
  });
});
const url = `redis://127.0.0.1:${port}/0`;

async function begunRedis(): Promise<ChildProcess> {
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of child.stdout.setEncoding('utf8')) {
    if (/Ready to accept/.test(text as string)) break;
  }
  return child;
}

const workerLog = await open(join(folder, 'workers.log'), 'a');
const workers = new Map<string, ChildProcess>();
let begun = 0;
function beginWorker(): void {
  const name = `w${++begun}`;
  const node = ['--conditions=@scene-mtl/source', '--import', import.meta.resolve('tsx')];
  const args = [...node, fileURLToPath(import.meta.url), 'worker', url, runs, name];
  const child = spawn(process.execPath, args, { stdio: ['ignore', workerLog.fd, workerLog.fd] });
  workers.set(name, child);
}

const childrenOf = (pid: number): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(Number);

let redis = await begunRedis();
for (let i = 0; i < WORKERS; i++) beginWorker();
const client = await connected(queueAddress(url));
const place = await workPlace(runs);
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
        .catch((error: Error) => log(`asked again: ${error.message}`));
      todo = [...left];
      askedAgain += todo.length;
    }
  }
}

const pick = <T>(all: readonly T[]): T => all[random.integer(all.length)];
const seconds = (least: number, most: number) =>
  pause(1000 * (least + random.integer(1000) * ((most - least) / 1000)));

const kinds: Record<string, () => Promise<void>> = {
  'worker killed'() {
    const [name, child] = pick([...workers]);
    workers.delete(name);
    child.kill('SIGKILL');
    beginWorker();
    return Promise.resolve();
  },
  'process that trains killed'() {
    const children = [...workers.values()].flatMap(({ pid }) => childrenOf(pid!));
    if (children.length > 0) process.kill(pick(children), 'SIGKILL');
    return Promise.resolve();
  },
  async 'Redis restarted, its memory lost'() {
    redis.kill('SIGKILL');
    await once(redis, 'exit');
    await seconds(0, 2);
    redis = await begunRedis();
  },
  async 'Redis stood still'() {
    redis.kill('SIGSTOP');
    // Twice as long as the lock, as 60 s are.
    await seconds((2 * timing.lock) / 1000, (2.2 * timing.lock) / 1000);
    redis.kill('SIGCONT');
  },
  async 'run given to two workers'() {
    const active = await client.lrange(`${PREFIX}:${queueName(place)}:active`, 0, -1);
    const key = active[0] ?? jobKey(payloadOf(pick(current), asking, place));
    await client.lpush(`${PREFIX}:${queueName(place)}:wait`, key);
  },
  ...(mounted && {
    async 'disk full'() {
      const ballast = join(runs, 'ballast');
      const file = await open(ballast, 'w');
      const block = Buffer.alloc(4096);
      try {
        for (;;) await file.write(block);
      } catch {
        // No space is left.
      }
      await file.close();
      await seconds(1, 3);
      await rm(ballast);
    },
  }),
};

const asked = ask();
const counts: Record<string, number> = {};
// The first workers are at work.
while (!(await readdir(options.root).catch(() => [])).some((name) => name.startsWith('chain'))) {
  await pause(200);
}
for (let fault = 1; fault <= faults; fault++) {
  await seconds(0.5, 3);
  const kind = pick(Object.keys(kinds));
  counts[kind] = (counts[kind] ?? 0) + 1;
  log(`fault ${fault}: ${kind}`);
  await kinds[kind]();
}
isOver = true;
await asked;
for (const child of workers.values()) child.kill('SIGTERM');
for (const child of workers.values()) {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
client.disconnect();
redis.kill('SIGKILL');

const wrong: string[] = [];
let hands = 0;
for (const { id, spec } of jobs) {
  const run = join(options.root, id);
  const record = await readFile(join(run, 'record.json'), 'utf8').catch(() => undefined);
  const made =
    record === undefined
      ? undefined
      : (JSON.parse(record) as { result: { metrics: { end: number } } }).result.metrics.end;
  if (made !== chainEnd(spec)) wrong.push(`${id}: missing or wrong`);
  const twice = await madeTwice(run);
  if (twice.length > 0) wrong.push(`${id}: made twice: steps ${twice.join(', ')}`);
  const left = (await readdir(run, { recursive: true })).filter((name) =>
    /(^|\/)lock|\.partial$|^violation|^working-/.test(name),
  );
  if (left.length > 0) wrong.push(`${id}: left behind: ${left.join(', ')}`);
  hands += readFileSync(join(run, 'hands.jsonl'), 'utf8').trimEnd().split('\n').length;
}
for (const [kind, count] of Object.entries(counts)) log(`${count} × ${kind}`);
log(
  `${faults} faults, ${jobs.length} runs of 60 steps, which ${hands} workers took in hand; ` +
    `${askedAgain} were asked for again after all tries; ${wrong.length} missing, wrong, trained twice or half written`,
);
for (const text of wrong) log(text);
if (mounted) spawnSync('umount', [runs]);
process.exit(wrong.length > 0 ? 1 : 0);
