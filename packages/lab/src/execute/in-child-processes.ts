import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Program, Session } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { Executor, ExecutorOptions, JobProgress, Watch } from './executor.ts';
import type { Job } from './jobs.ts';

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
}

/** What it answers. */
export type JobAnswer =
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

/** What child processes work with. */
export interface ChildProcesses<S extends RunSpec> {
  readonly program: Pick<Program<S>, 'module'>;
  /** Makes the data of a job before a process gets it. */
  readonly session: Pick<Session<S>, 'prepare'>;
  readonly options: ExecutorOptions;
  /** Folder of all runs. */
  readonly runs: string;
  /** Jobs at a time; they share the cores. */
  readonly processes: number;
}

/** Carries out some jobs at a time, each in a process of its own. */
export const inChildProcesses = <S extends RunSpec>(children: ChildProcesses<S>): Executor<S> => ({
  async execute(jobs, watch) {
    const file = fileURLToPath(new URL(`./worker${sourceExtension}`, import.meta.url));
    const queue = jobs[Symbol.iterator]();
    const count = Math.min(children.processes, jobs.length);
    const workers = Array.from({ length: count }, () => fork(file));
    try {
      await Promise.all(workers.map((worker, slot) => drive(worker, slot, queue, children, watch)));
    } finally {
      await Promise.all(workers.map(ended));
    }
  },
});

/** Ends a process, and waits until it has: nothing of it is left when the caller goes on. */
const ended = (worker: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    const over = () => worker.exitCode !== null || worker.signalCode !== null || !worker.pid;
    if (over()) return resolve();
    worker.once('exit', () => resolve());
    worker.kill();
  });

/** `.ts` beside sources, `.js` beside what was built from them. */
const sourceExtension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

/** Gives a process one job after the other, until the queue is empty. */
function drive<S extends RunSpec>(
  worker: ChildProcess,
  slot: number,
  queue: Iterator<Job<S>>,
  children: ChildProcesses<S>,
  watch: Watch<S>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let job: Job<S> | undefined;
    // What happens to a process while it has nothing to do is said without a run's name.
    const failed = (what: string) => reject(new Error(job ? `${job.id}: ${what}` : what));
    const send = async (): Promise<void> => {
      const next = queue.next();
      job = undefined;
      if (next.done) return resolve();
      await children.session.prepare?.(next.value);
      job = next.value;
      worker.send(orderOf(job, children));
    };
    worker.on('message', (answer: JobAnswer) => {
      if (!job) return;
      if (answer.kind === 'progress') return watch.progress(slot, job, answer.progress);
      if (answer.kind === 'failed') return failed(answer.message);
      watch.finished(job).then(send).catch(reject);
    });
    worker.on('error', ({ message }) => failed(message));
    worker.on('exit', (code, signal) => failed(endingOf(code, signal)));
    send().catch(reject);
  });
}

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

function orderOf<S extends RunSpec>(
  { id, spec, measurements }: Job<S>,
  { program, options, runs, processes }: ChildProcesses<S>,
): JobOrder {
  const { compile } = options;
  const threads = compile.threads ?? Math.max(1, Math.floor(availableParallelism() / processes));
  return {
    program: program.module,
    ...{ runs, id, spec },
    measurements: measurements.map(({ name, module }) => ({ name, module })),
    options: { ...options, compile: { ...compile, threads } },
  };
}
