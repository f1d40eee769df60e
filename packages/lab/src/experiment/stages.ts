import type { ArmRun } from '../specs/arms.ts';
import type { Kind } from '../specs/program.ts';
import type { Results } from '../specs/results.ts';
import type { Experiment, ExperimentContext } from './experiment.ts';

/** Performs an experiment's runs stage by stage. Returns all of them. */
export async function carryOut<O, K extends Kind>(
  experiment: Pick<Experiment<O, K>, 'stages'>,
  context: ExperimentContext<O, K>,
  results: Results<K['spec']>,
  perform: (runs: readonly ArmRun<K['spec']>[]) => Promise<void>,
): Promise<readonly ArmRun<K['spec']>[]> {
  const made: ArmRun<K['spec']>[] = [];
  // Each stage is asked for only here, after the runs of the one before.
  for (const stage of experiment.stages(context, results)) {
    await perform(stage);
    made.push(...stage);
  }
  return made;
}

/** The runs of all stages as far as the results so far decide them. */
export const runsOf = <O, K extends Kind>(
  { stages }: Pick<Experiment<O, K>, 'stages'>,
  context: ExperimentContext<O, K>,
  results: Results<K['spec']>,
): ArmRun<K['spec']>[] => [...stages(context, results)].flat();
