import {
  cancelJobs,
  connected,
  prometheusMetrics,
  queueAddress,
  serveMetrics,
  setDrained,
  workPlace,
  type WorkPlace,
} from '@scene-mtl/lab/queue';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { queueOption } from './queue-option.ts';
import { statusLines } from './queue-status.ts';
import { runsOption, runsPlace, scratchOption, type RunsFlags } from './runs-place.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags extends RunsFlags {
  queue: string;
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

/** The queue of the runs of a folder or bucket. */
const withPlace = (flags: Flags, use: (redis: Redis, place: WorkPlace) => Promise<void>) =>
  withQueue(flags.queue, async (redis) => {
    const { folder, remote } = await runsPlace(flags);
    try {
      await use(redis, await workPlace(folder, remote));
    } finally {
      remote?.end();
    }
  });

/** Until Ctrl-C, or SIGTERM. */
const told = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

/** `HOST:PORT`, `[HOST]:PORT` or `PORT`, which is of this machine alone. */
function listenAt(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] =
    /^(?:(?:\[([\da-f:]+)\]|([^\s:]+)):)?(\d{1,5})$/i.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError('expected HOST:PORT, or PORT for this machine alone.');
  }
  return { host: bracketed ?? plain ?? '127.0.0.1', port: Number(port) };
}

/** ms between looks at a queue that is watched. */
const RENEWED = 2000;

/** Adds `replicate queue`: looks at a queue, takes runs out of it, lets it run dry. */
export function addQueueCommands(program: Command): void {
  const place = program
    .command('queue')
    .description('Looks at a queue of runs; cancels runs of it; lets workers take no more.');
  const ofRuns = (name: string, description: string): Command =>
    place
      .command(name)
      .description(description)
      .addOption(queueOption().makeOptionMandatory())
      .addOption(runsOption('where all runs are kept'))
      .addOption(scratchOption());
  ofRuns('status', 'Workers, and the runs that wait, are worked on, or failed.')
    .option('--watch', 'show it anew every 2 s, until Ctrl-C')
    .action((flags: Flags & { watch?: true }) =>
      withPlace(flags, async (redis, place) => {
        const isTerminal = process.stdout.isTTY === true;
        const ending = flags.watch ? told().then(() => 'ended') : Promise.resolve('ended');
        do {
          const text = (await statusLines(redis, place)).join('\n');
          print(flags.watch && isTerminal ? `\x1b[H\x1b[2J${text}` : text);
        } while ((await Promise.race([ending, pause(RENEWED)])) === undefined);
      }),
    );
  ofRuns('cancel', 'Takes runs out of the queue; who works on one stops. What was saved stays.')
    .argument('<run...>', 'how their names begin, or all')
    .action((wanted: string[], flags: Flags) =>
      withPlace(flags, async (redis, place) => {
        const which = (key: string) =>
          wanted.some((start) => start === 'all' || key.startsWith(start));
        const keys = await cancelJobs(redis, place, which);
        if (keys.length === 0)
          throw new Error(`no run in the queue begins with ${wanted.join(', ')}`);
        for (const key of keys) print(`${key} cancelled`);
      }),
    );
  ofRuns(
    'drain',
    'Workers finish the runs that they have and take no more, until queue resume. Waits until the last is finished.',
  ).action((flags: Flags) =>
    withPlace(flags, async (redis, place) => {
      let before = -1;
      for (;;) {
        const active = await setDrained(redis, place, true);
        if (active !== before) print(`drained: ${active} runs are worked on yet`);
        if (active === 0) return;
        before = active;
        await pause(RENEWED);
      }
    }),
  );
  ofRuns('resume', 'Workers take runs again.').action((flags: Flags) =>
    withPlace(flags, async (redis, place) => {
      await setDrained(redis, place, false);
      print('workers take runs again');
    }),
  );
  place
    .command('metrics')
    .description('Numbers of all queues in the text format of Prometheus.')
    .addOption(queueOption().makeOptionMandatory())
    .option(
      '--listen <address>',
      'serve them under /metrics until Ctrl-C: HOST:PORT, or PORT for this machine alone',
      listenAt,
    )
    .action(({ queue, listen }: Flags & { listen?: ReturnType<typeof listenAt> }) =>
      withQueue(queue, async (redis) => {
        if (!listen) return void process.stdout.write(await prometheusMetrics(redis));
        const { url, end } = await serveMetrics(redis, listen);
        print(url);
        await told();
        await end();
      }),
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
        await told();
        await end();
      }),
    );
}
