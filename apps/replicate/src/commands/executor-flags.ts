import { shellWords } from '@scene-mtl/data';
import { localExecutor, type MakeExecutor } from '@scene-mtl/lab';
import type { RemoteRuns } from '@scene-mtl/lab/bucket';
import { Option, type Command } from 'commander';
import { INVOCATION } from '../config/invocation.ts';
import { LIMITS } from '../config/limits.ts';
import { queueOption } from './queue-option.ts';
import { wholeNumber } from './whole-number.ts';

const EXECUTORS = ['process', 'local', 'queue', 'slurm'] as const;

/** Flags of every command of an experiment. */
export interface ExecutorFlags {
  readonly executor?: (typeof EXECUTORS)[number];
  readonly jobs: number;
  readonly queue?: string;
  readonly threads?: number;
}

/** Adds `--executor`, `--jobs` and `--queue`. */
export function addExecutorFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--executor <name>',
        'what carries out the runs: process: this one; local: --jobs of this machine; queue: the workers of ' +
          '--queue; slurm: a job array, written for sbatch (default: process, or local with --jobs)',
      ).choices(EXECUTORS),
    )
    .option(
      '--jobs <n>',
      'runs at a time on this machine, sharing the cores',
      wholeNumber(1, LIMITS.workers),
      1,
    )
    .addOption(queueOption());
}

/**
 * What carries out the runs of a command.
 * @throws for flags that do not go together
 */
export async function executorOf(
  { executor, jobs, queue, threads }: ExecutorFlags,
  { runs, remote }: { readonly runs: string; readonly remote?: RemoteRuns },
): Promise<MakeExecutor> {
  const name = executor ?? (jobs > 1 ? 'local' : 'process');
  if (name !== 'local' && jobs > 1) {
    throw new Error(
      name === 'process'
        ? '--executor process makes one run at a time; for --jobs give --executor local'
        : `--jobs is of this machine; with --executor ${name} others carry out the runs`,
    );
  }
  if (name !== 'queue' && remote) {
    throw new Error(
      `--executor ${name} keeps runs in a folder; with --runs ${runs} give --executor queue`,
    );
  }
  if (name === 'queue') {
    if (queue === undefined) {
      throw new Error('--executor queue needs --queue redis://host:port/db, or SCENE_MTL_QUEUE');
    }
    const { queueAddress, queueExecutor } = await import('@scene-mtl/lab/queue');
    const address = queueAddress(queue);
    const words = shellWords(['worker', '--queue', address.shown, '--runs', runs]);
    return queueExecutor(address, {
      workerCommand: `${INVOCATION} ${words}`,
      ...(remote && { remote }),
    });
  }
  if (name === 'slurm') {
    const { slurmExecutor } = await import('@scene-mtl/lab/batch');
    return slurmExecutor({
      program: INVOCATION,
      command: process.argv.slice(2),
      cores: threads ?? 1,
    });
  }
  return localExecutor(jobs);
}
