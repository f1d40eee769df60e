import { availableParallelism } from 'node:os';
import type { Program, Session } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import type { Executor, ExecutorOptions, Watch } from './executor.ts';
import { jobProcess, type JobOrder, type JobProcess } from './job-process.ts';
import type { Job } from './jobs.ts';

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
    const queue = jobs[Symbol.iterator]();
    const count = Math.min(children.processes, jobs.length);
    const workers = Array.from({ length: count }, () => jobProcess());
    try {
      await Promise.all(workers.map((worker, slot) => drive(worker, slot, queue, children, watch)));
    } finally {
      await Promise.all(workers.map((worker) => worker.end()));
    }
  },
});

/** Gives a process one job after the other, until the queue is empty. */
async function drive<S extends RunSpec>(
  worker: JobProcess,
  slot: number,
  queue: Iterator<Job<S>>,
  children: ChildProcesses<S>,
  watch: Watch<S>,
): Promise<void> {
  for (let next = queue.next(); !next.done; next = queue.next()) {
    const job = next.value;
    // What happens to a process while it has nothing to do is said without a run's name.
    await Promise.race([children.session.prepare?.(job), worker.died]);
    await worker
      .perform(orderOf(job, children), (progress) => watch.progress(slot, job, progress))
      .catch((cause: Error) => {
        throw new Error(`${job.id}: ${cause.message}`, { cause });
      });
    await watch.finished(job);
  }
}

function orderOf<S extends RunSpec>(
  { id, spec, measurements }: Job<S>,
  { program, options, runs, processes }: ChildProcesses<S>,
): JobOrder {
  const { compile } = options;
  const threads = compile.threads ?? threadsFor(processes);
  return {
    program: program.module,
    ...{ runs, id, spec },
    measurements: measurements.map(({ name, module }) => ({ name, module })),
    options: { ...options, compile: { ...compile, threads } },
  };
}

/** Threads of each of some processes that share the cores. */
export const threadsFor = (processes: number): number =>
  Math.max(1, Math.floor(availableParallelism() / processes));
