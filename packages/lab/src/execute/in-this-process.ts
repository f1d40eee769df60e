import type { RunSpec } from '../specs/spec.ts';
import type { Executor } from './executor.ts';
import { perform, type Performer } from './perform.ts';

/** Carries out jobs one after the other in this process. */
export const inThisProcess = <S extends RunSpec>(performer: Performer<S>): Executor<S> => ({
  async execute(jobs, watch) {
    for (const job of jobs) {
      await perform(job, performer, (progress) => watch.progress(0, job, progress));
      await watch.finished(job);
    }
  },
});
