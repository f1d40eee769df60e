import { queueAddress, work } from '@scene-mtl/lab/queue';
import { InvalidArgumentError, type Command } from 'commander';
import { LIMITS } from '../config/limits.ts';
import { runsOption, runsPlace, scratchOption } from './runs-place.ts';
import { queueOption } from './queue-option.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  queue: string;
  runs: string;
  scratch?: string;
  jobs: number;
  threads?: number;
  maxHours?: number;
  untilEmpty?: true;
  name?: string;
}

const hours = (text: string): number => {
  const value = Number(text);
  // As far as a timer of Node reaches, 2³¹ ms.
  if (text.trim() !== '' && value > 0 && value <= 596) return value;
  throw new InvalidArgumentError('expected hours, more than 0 and at most 596.');
};

/** Letters that are sure to be the name of a file, and of a client in Redis. */
const name = (text: string): string => {
  if (/^[A-Za-z0-9][\w.-]{0,99}$/.test(text)) return text;
  throw new InvalidArgumentError('expected letters, digits, dots, dashes and underscores.');
};

/** Adds `replicate worker`: carries out runs that others enqueued. */
export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description(
      'Carries out runs of a queue, of this version of the code. Start it on as many machines as there are; all see ' +
        'the same folder or bucket of runs. Ctrl-C, or SIGTERM, gives back what it has in hand: another goes on from the last checkpoint.',
    )
    .addOption(queueOption().makeOptionMandatory())
    .addOption(runsOption('where all runs are kept, the same for all machines'))
    .addOption(scratchOption())
    .option('--jobs <n>', 'runs at a time', wholeNumber(1, LIMITS.workers), 1)
    .option(
      '--threads <n>',
      'threads of each (default: the cores shared)',
      wholeNumber(1, LIMITS.threads),
    )
    .option('--max-hours <h>', 'give back what is in hand after so long, and end', hours)
    .option('--until-empty', 'end when nothing is left to do')
    .option('--name <name>', 'what it is called (default: host and process)', name)
    .action(async ({ queue, untilEmpty, runs, scratch, ...flags }: Flags) => {
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.on(signal, () => ending.abort());
      }
      const address = queueAddress(queue);
      const { folder, remote } = await runsPlace({ runs, ...(scratch && { scratch }) });
      await work({
        ...flags,
        ...{ address, runs: folder },
        ...(remote && { remote }),
        untilEmpty: untilEmpty === true,
        say: (line) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`),
        signal: ending.signal,
      });
      remote?.end();
      // A connection that waits for a server which is away would keep the process.
      process.exit();
    });
}
