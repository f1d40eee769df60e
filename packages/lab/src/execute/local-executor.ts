import type { MakeExecutor } from './executor.ts';
import { inChildProcesses } from './in-child-processes.ts';
import { inThisProcess } from './in-this-process.ts';

/**
 * Carries out runs on this machine: one at a time in this process, more in processes of their own, which share
 * the cores.
 */
export const localExecutor =
  (jobs: number): MakeExecutor =>
  ({ program, session, options, runs }) =>
    jobs === 1
      ? inThisProcess({ program, session, options })
      : inChildProcesses({ program, session, options, runs, processes: jobs });
