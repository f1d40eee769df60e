import {
  cancelJobs,
  connected,
  jobsIn,
  leftToOthers,
  prometheusMetrics,
  queueAddress,
  queueStates,
  queueName,
  workPlace,
} from '@scene-mtl/lab/queue';
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { path } from './path.ts';
import { queueOption } from './queue-option.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  queue: string;
  runs: string;
}

type Redis = Awaited<ReturnType<typeof connected>>;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function withQueue(url: string, use: (redis: Redis) => Promise<void>): Promise<void> {
  const redis = await connected(queueAddress(url));
  try {
    await use(redis);
  } finally {
    redis.disconnect();
  }
}

/** Adds `replicate queue`: looks at a queue, and takes runs out of it. */
export function addQueueCommands(program: Command): void {
  const place = program
    .command('queue')
    .description('Looks at a queue of runs; cancels runs of it.');
  const runs = ['--runs <dir>', 'folder of all runs', path, 'runs'] as const;
  place
    .command('status')
    .description('Workers, and the runs that wait, are worked on, or failed.')
    .addOption(queueOption().makeOptionMandatory())
    .option(...runs)
    .action(({ queue, runs }: Flags) => withQueue(queue, (redis) => status(redis, runs)));
  place
    .command('cancel')
    .description('Takes runs out of the queue; who works on one stops. What was saved stays.')
    .argument('<run...>', 'how their names begin, or all')
    .addOption(queueOption().makeOptionMandatory())
    .option(...runs)
    .action((wanted: string[], { queue, runs }: Flags) =>
      withQueue(queue, async (redis) => {
        const which = (key: string) =>
          wanted.some((start) => start === 'all' || key.startsWith(start));
        const keys = await cancelJobs(redis, await workPlace(runs), which);
        if (keys.length === 0)
          throw new Error(`no run in the queue begins with ${wanted.join(', ')}`);
        for (const key of keys) print(`${key} cancelled`);
      }),
    );
  place
    .command('metrics')
    .description('Numbers of all queues in the text format of Prometheus.')
    .addOption(queueOption().makeOptionMandatory())
    .action(({ queue }: Flags) =>
      withQueue(queue, async (redis) => void process.stdout.write(await prometheusMetrics(redis))),
    );
  place
    .command('dashboard')
    .description(
      'Shows the queues in a browser, to read only, behind a token (its own, or SCENE_MTL_TOKEN); numbers for Prometheus under /metrics.',
    )
    .addOption(queueOption().makeOptionMandatory())
    .option('--host <address>', 'who may see it: by default this machine alone', '127.0.0.1')
    .option('--port <n>', 'port, 0: any that is free', wholeNumber(0, 65_535), 7380)
    .action(({ queue, host, port }: Flags & { host: string; port: number }) =>
      withQueue(queue, async (redis) => {
        const { dashboard } = await import('@scene-mtl/lab/dashboard');
        const given = process.env['SCENE_MTL_TOKEN'];
        const token = given || randomBytes(16).toString('hex');
        const { url, end } = await dashboard({ redis, host, port, token });
        // One that came from the environment is in no log.
        print(given ? `${url} (add ?token= and SCENE_MTL_TOKEN)` : `${url}?token=${token}`);
        await new Promise<void>((resolve) => {
          for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
        });
        await end();
      }),
    );
}

async function status(redis: Redis, runs: string): Promise<void> {
  const place = await workPlace(runs);
  const state = (await queueStates(redis)).find(({ name }) => name === queueName(place));
  const { workers = [], waiting = 0, active = 0, failed = 0 } = state ?? {};
  print(`code version ${place.code.version}, folder of runs ${place.store}`);
  print(`${workers.length} workers${workers.length > 0 ? `: ${workers.join(', ')}` : ''}`);
  print(`${waiting} runs wait, ${active} are worked on, ${failed} failed`);
  for (const { key, state, worker, step, why } of await jobsIn(redis, place)) {
    const at = [worker, step !== undefined && `step ${step}`, why].filter(Boolean).join(', ');
    print(`  ${state.padEnd(8)} ${key}${at === '' ? '' : `: ${at}`}`);
  }
  for (const line of await leftToOthers(redis, place)) print(line);
}
