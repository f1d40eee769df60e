import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RunSpec } from '../specs/spec.ts';
import { FolderBusy } from '../store/lock.ts';
import type { ExecutorOptions, JobProgress } from './executor.ts';

/** What a process that performs jobs is told, one at a time. */
export interface JobOrder {
  /** Address of the program's module. */
  readonly program: string;
  /** Folder of all runs. */
  readonly runs: string;
  readonly id: string;
  readonly spec: RunSpec;
  /** The measurements to make, each with the address of its module. */
  readonly measurements: readonly { readonly name: string; readonly module: string }[];
  readonly options: ExecutorOptions;
  /** Who takes the run in hand, where others may have had it before. */
  readonly worker?: string;
}

/** What it answers. */
export type JobAnswer =
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly busy: boolean };

/** A process that performs jobs, one at a time. */
export interface JobProcess {
  /**
   * Performs a job.
   * @throws {@link FolderBusy}, what the job threw, or how the process ended before it was done
   */
  perform(order: JobOrder, onProgress: (progress: JobProgress) => void): Promise<void>;
  /** Rejects when the process ends though nobody ended it. */
  readonly died: Promise<never>;
  /** Ends it, and waits until it has: nothing of it is left when the caller goes on. */
  end(): Promise<void>;
}

/**
 * Starts a process that performs jobs. It ends by itself when this one does.
 * @param stdio where its output goes; default: where this process's goes
 */
export function jobProcess(
  stdio: StdioOptions = ['inherit', 'inherit', 'inherit', 'ipc'],
): JobProcess {
  const child = fork(fileURLToPath(new URL(`./worker${sourceExtension}`, import.meta.url)), {
    stdio,
  });
  let isEnding = false;
  const died = new Promise<never>((_, reject) => {
    child.on('error', ({ message }) => reject(new Error(message)));
    child.on('exit', (code, signal) => {
      if (!isEnding) reject(new Error(endingOf(code, signal)));
    });
  });
  // Whoever performs a job is told; an idle process that ends is nobody's error.
  died.catch(() => {});
  return {
    died,
    async perform(order, onProgress) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(endingOf(child.exitCode, child.signalCode));
      }
      let hear: ((answer: JobAnswer) => void) | undefined;
      const answered = new Promise<void>((resolve, reject) => {
        hear = (answer) => {
          if (answer.kind === 'progress') onProgress(answer.progress);
          else if (answer.kind === 'done') resolve();
          else reject(answer.busy ? new FolderBusy(answer.message) : new Error(answer.message));
        };
        child.on('message', hear);
        child.send(order, (error) => {
          if (error && child.exitCode === null && child.signalCode === null) reject(error);
        });
      });
      try {
        await Promise.race([answered, died]);
      } finally {
        child.off('message', hear!);
      }
    },
    end() {
      isEnding = true;
      return ended(child);
    },
  };
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    const over = () => child.exitCode !== null || child.signalCode !== null || !child.pid;
    if (over()) return resolve();
    child.once('exit', () => resolve());
    child.kill();
  });

/** `.ts` beside sources, `.js` beside what was built from them. */
const sourceExtension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** How a process ended that should not have. */
export function endingOf(code: number | null, signal: string | null): string {
  const why =
    signal === 'SIGKILL'
      ? 'killed by SIGKILL, as a system that runs out of memory does'
      : signal === null
        ? `exit code ${code}`
        : `killed by ${signal}`;
  return (
    `its process ended before the run was done (${why}); what it saved stays: ` +
    `the same command goes on from there, with fewer --jobs where memory is short`
  );
}
