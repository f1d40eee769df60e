import { join } from 'node:path';
import { parseJsonFileIfPresent } from '@scene-mtl/data/json';
import { z } from 'zod';
import { payloadSchema } from '../remote/payload.ts';

/** `jobs.json` beside a script: what its tasks do, and the command that asked for them. */
export const jobFileSchema = z.strictObject({
  command: z.array(z.string()).min(1).describe('arguments of the command that gathers the runs'),
  jobs: z.array(payloadSchema).min(1).describe('one a task, from task 0 on'),
});

/** What `jobs.json` holds. */
export type JobFile = z.infer<typeof jobFileSchema>;

/** Where an experiment's folder keeps its script, jobs and logs. */
export const batchFolder = (folder: string): string => join(folder, 'slurm');

/** The jobs of a script. */
export const jobFileIn = (folder: string): string => join(batchFolder(folder), 'jobs.json');

/** Where a task writes what it says. */
export const taskLog = (folder: string, task: number | '%a'): string =>
  join(batchFolder(folder), `task-${task}.log`);

const REMEDY = 'expected what --executor slurm of a table or figure wrote';

/** @throws naming file and field, and what writes such a file */
export async function readJobFile(file: string): Promise<JobFile> {
  const content = await parseJsonFileIfPresent(file, jobFileSchema, { remedy: REMEDY });
  if (content) return content;
  throw new Error(`${file}: there is no such file; ${REMEDY}`);
}
