import { join } from 'node:path';
import type { ExecutorOptions } from '../execute/executor.ts';
import type { Kind, Program, Session } from '../specs/program.ts';
import { runId } from '../specs/spec.ts';
import { resultsIn } from '../store/results.ts';
import type { Experiment, ExperimentContext } from './experiment.ts';
import { runsOf } from './stages.ts';

/**
 * Builds what the run with most tasks among those of an experiment is made with, before anything is
 * written: what a command gets wrong (a size, a part, an engine) is the same in all of its runs.
 * @throws what would stop that run at its start
 */
export async function checkLargest<O, K extends Kind>(
  experiment: Pick<Experiment<O, K>, 'stages'>,
  context: ExperimentContext<O, K>,
  place: {
    readonly program: Program<K['spec'], K>;
    readonly session: Pick<Session<K['spec'], K>, 'check'>;
    readonly options: ExecutorOptions;
    readonly fingerprint: string | undefined;
  },
): Promise<void> {
  const { program, session, options, fingerprint } = place;
  const { root, compile, dataWorkers, grids } = options;
  const idOf = (spec: K['spec']): string => runId(program, spec, fingerprint);
  const runs = runsOf(experiment, context, resultsIn(root, idOf));
  if (!session.check || runs.length === 0) return;
  const { spec } = runs.reduce((a, b) => (b.spec.tasks.length > a.spec.tasks.length ? b : a));
  const id = idOf(spec);
  await session.check({ ...{ spec, id, compile, dataWorkers, grids }, folder: join(root, id) });
}
