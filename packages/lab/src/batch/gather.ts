import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptSchema, summarySchema } from '../specs/summary-schema.ts';
import { readJsonIfPresent } from '../store/files.ts';
import { measuredFile, summaryFile } from '../store/results.ts';
import { jobFileIn, readJobFile, taskLog } from './job-file.ts';

/** What came of a job array. */
export interface Gathered {
  /** Arguments of the command that asked for the runs. */
  readonly command: readonly string[];
  readonly done: number;
  /** A line for each run that is not done, with the last that its task said. */
  readonly missing: readonly string[];
}

/**
 * Looks at what came of the job array in an experiment's folder.
 * @param runs folder of all runs
 */
export async function gathered(folder: string, runs: string): Promise<Gathered> {
  const { command, jobs } = await readJobFile(jobFileIn(folder));
  const missing: string[] = [];
  for (const [task, { id, measurements }] of jobs.entries()) {
    const run = join(runs, 'trained', id);
    const trained = await readJsonIfPresent(summaryFile(run), summarySchema);
    const measured = await Promise.all(
      measurements.map(({ name }) => readJsonIfPresent(measuredFile(run, name), keptSchema)),
    );
    if (trained !== undefined && measured.every((kept) => kept !== undefined)) continue;
    missing.push(`task ${task}, ${id}: ${lastLine(taskLog(folder, task))}`);
  }
  return { command, done: jobs.length - missing.length, missing };
}

function lastLine(log: string): string {
  if (!existsSync(log)) return 'has not begun';
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return `its log ends with: ${lines.at(-1) || 'nothing'}`;
}
