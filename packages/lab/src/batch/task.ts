import { resolve } from 'node:path';
import type { JobProgress } from '../execute/executor.ts';
import { jobProcess } from '../execute/job-process.ts';
import { codeIn } from '../remote/code-version.ts';
import { checkedPayload, orderOf } from '../remote/payload.ts';
import { storeId } from '../remote/store-id.ts';
import { readJobFile } from './job-file.ts';

/** What a task of a job array is told. */
export interface TaskOptions {
  /** The file of all jobs. */
  readonly jobs: string;
  /** Folder of all runs. */
  readonly runs: string;
  /** Number of the job in the file, from 0. */
  readonly task: number;
  readonly threads: number;
  /** Told often. */
  readonly onProgress: (progress: JobProgress) => void;
}

/**
 * Performs one job of a file, the rest of it where another task began it. Returns the run's id.
 * @throws for a task that the file does not have, a job of another version of the code or another folder
 */
export async function performTask(options: TaskOptions): Promise<string> {
  const { jobs: file, runs, task, threads, onProgress } = options;
  const { jobs } = await readJobFile(file);
  if (task >= jobs.length) {
    throw new Error(`${file}: has tasks 0 to ${jobs.length - 1}, got ${task}`);
  }
  const place = { code: codeIn(), store: await storeId(runs), runs: resolve(runs) };
  const payload = checkedPayload(jobs[task], place);
  // Without a worker's name: it waits for another task that has the same run.
  const { worker: _, ...order } = orderOf(payload, place, { threads, worker: '' });
  const child = jobProcess();
  try {
    await child.perform(order, onProgress);
  } finally {
    await child.end();
  }
  return payload.id;
}
