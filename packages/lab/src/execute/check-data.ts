import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgressLine, Session } from '../specs/program.ts';
import type { RunSpec } from '../specs/spec.ts';
import { checkData, checkMeasuredData } from '../store/data-record.ts';
import { clearAbandoned } from '../store/lock.ts';
import type { Job } from './jobs.ts';

/** What {@link dataChecker} looks at. */
export interface CheckedPlace<S extends RunSpec> {
  readonly session: Pick<Session<S>, 'contents'>;
  /** Folder of all trained runs. */
  readonly root: string;
  /** Is told how many runs were begun before their data were recorded. */
  readonly line: Pick<ProgressLine, 'print'>;
}

/**
 * Compares the data of every run that was begun with what is there now, finished ones included, each
 * once: none is used for other data than it was made from. What was measured on other frames likewise.
 */
export function dataChecker<S extends RunSpec>({ session, root, line }: CheckedPlace<S>) {
  const checked = new Set<string>();
  /** @throws naming the first run that was made from other data, and the files that differ */
  return async (jobs: readonly Job<S>[]): Promise<void> => {
    let unrecorded = 0;
    for (const { id, spec, measurements } of jobs) {
      const folder = join(root, id);
      if (checked.has(id) || !existsSync(folder)) continue;
      checked.add(id);
      await clearAbandoned(folder);
      if (!(await checkData(folder, await session.contents?.(spec)))) unrecorded++;
      for (const measurement of measurements) {
        const seen = await session.contents?.(spec, measurement);
        await checkMeasuredData(folder, measurement.name, seen);
      }
    }
    if (unrecorded > 0) {
      line.print(
        `${unrecorded} runs in ${root} were begun before the data of runs were recorded; whether they are the same is not known`,
      );
    }
  };
}
