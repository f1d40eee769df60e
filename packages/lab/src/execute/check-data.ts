import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import { checkData } from '../store/data-record.ts';
import type { Job } from './jobs.ts';

/**
 * Compares the data of every run that was begun with what is there now, finished ones included: none
 * is used for other data than it was made from.
 * @param place.root folder of all trained runs
 * @returns how many were begun before their data were recorded
 * @throws naming the first run that was made from other data, and the files that differ
 */
export async function checkDataOf<S extends RunSpec>(
  jobs: readonly Job<S>[],
  { session, root }: { readonly session: Pick<Session<S>, 'contents'>; readonly root: string },
): Promise<number> {
  let unrecorded = 0;
  for (const { id, spec } of jobs) {
    const folder = join(root, id);
    if (!existsSync(folder)) continue;
    if (!(await checkData(folder, await session.contents?.(spec)))) unrecorded++;
  }
  return unrecorded;
}
