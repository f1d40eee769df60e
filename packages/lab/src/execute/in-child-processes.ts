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
      for (const worker of workers) worker.kill();
    }
  },
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
    let job: Job<S>;
    const send = async (): Promise<void> => {
      const next = queue.next();
      if (next.done) return resolve();
      job = next.value;
      await children.session.prepare?.(job);
      worker.send(orderOf(job, children));
    };
    worker.on('message', (answer: JobAnswer) => {
      if (answer.kind === 'progress') return watch.progress(slot, job, answer.progress);
      if (answer.kind === 'failed') return reject(new Error(`${job.id}: ${answer.message}`));
      watch.finished(job).then(send).catch(reject);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a process ended early (exit code ${code})`)));
    send().catch(reject);
  });
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
