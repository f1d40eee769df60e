import { basename, resolve } from 'node:path';
import { writeAtomically } from '@scene-mtl/data/files';
import { Postponed, type MakeExecutor } from '../execute/executor.ts';
import { workingOrder } from '../execute/order.ts';
import { codeIn } from '../remote/code-version.ts';
import { payloadOf } from '../remote/payload.ts';
import { storeId } from '../remote/store-id.ts';
import { json } from '../store/files.ts';
import { shellWords } from '@scene-mtl/data';
import { batchFolder, jobFileIn, taskLog, type JobFile } from './job-file.ts';
import { arrayScript } from './script.ts';

/** How a command is put off to a cluster. */
export interface SlurmOptions {
  /** How the program is typed, without a command of its own. */
  readonly program: string;
  /** Arguments of the command that gathers the runs later. */
  readonly command: readonly string[];
  /** Of a task. */
  readonly cores: number;
}

/**
 * Writes the runs that are to do as a job array for Slurm, and ends the command with how to submit it.
 */
export const slurmExecutor =
  ({ program, command, cores }: SlurmOptions): MakeExecutor =>
  async (executor) => {
    const place = { code: codeIn(), store: await storeId(executor.runs), runs: executor.runs };
    return {
      async execute(jobs) {
        if (jobs.length === 0) return;
        // Tasks that lack the same data would all make it.
        for (const job of jobs) await executor.session.prepare?.(job);
        const folder = resolve(executor.folder);
        // As far as the cluster follows the numbers of tasks.
        const workOf = (job: (typeof jobs)[number]) => executor.program.effort(job.spec).work;
        const content: JobFile = {
          command: [...command],
          jobs: workingOrder(jobs, workOf).map((job) => payloadOf(job, executor, place)),
        };
        const script = `${batchFolder(folder)}/array.sbatch`;
        await writeAtomically(jobFileIn(folder), json(content));
        await writeAtomically(
          script,
          arrayScript({
            program,
            name: basename(folder),
            tasks: jobs.length,
            root: place.code.root,
            jobs: jobFileIn(folder),
            runs: resolve(executor.runs),
            log: taskLog(folder, '%a'),
            cores,
          }),
        );
        throw new Postponed(
          `${jobs.length} runs to do. Submit them, then gather what came of them:\n` +
            `  sbatch ${shellWords([script])}\n` +
            `  ${program} gather ${shellWords([executor.folder])}\n`,
        );
      },
    };
  };
