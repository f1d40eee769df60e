import { architectureNamed } from '@scene-mtl/core';
import { flagWords, overSeeds, type ArmRun, type Measurement } from '@scene-mtl/lab';
import type { SceneExperiment, SceneSpec } from '../../../scenes/kind.ts';
import { ofUsualTasks } from '../../../scenes/own-tasks.ts';
import { aloneArm, armFor, namesOf, stepsFor, type Context, type SharingOptions } from './arms.ts';
import { degreeFigures } from '../degrees.ts';
import { aloneOf, findingsOf } from './findings.ts';
import { costBesideHard, degreesOfSharing } from './measurements.ts';
import { tablesOf } from './tables.ts';
import { verdictsOf } from './verdicts.ts';

/** Every architecture of the registry on the same tasks, steps and time. */
export const sharing: SceneExperiment<SharingOptions> = ofUsualTasks({
  name: 'sharing',
  command: 'ruder2017 sharing',
  title: 'Sharing: hard, soft and everything between, on one Δm table',
  addFlags: (command) =>
    command.option(
      '--architectures <names>',
      'only these beside hard sharing (default: every one of the registry; three of them on pictures of fewer than 64 rows)',
    ),
  options({ architectures }) {
    const wanted = flagWords(architectures).map((name) => architectureNamed(name).name);
    return wanted.length > 0 ? { architectures: wanted } : {};
  },
  *stages(context, results) {
    const { config, data } = context;
    const [first, ...seeds] = config.seeds;
    for (const some of [[first], seeds]) {
      yield data.tasks.flatMap((task) => overSeeds(`${task}-alone`, some, aloneArm(context, task)));
      yield namesOf(context).flatMap((name) => stepsRuns(name, context, some));
    }
    yield namesOf(context).flatMap((name) => {
      const steps = stepsFor(name, context, results);
      // As many steps as before are the same runs.
      if (steps === undefined || steps === config.training.steps) return [];
      return overSeeds(`${name}-in-time`, config.seeds, armFor(name, context, steps));
    });
  },
  undecided: (context, results) =>
    namesOf(context).filter((name) => stepsFor(name, context, results) === undefined).length *
    context.config.seeds.length,
  show(context, results) {
    const alone = aloneOf(context, results);
    const found = findingsOf(context, results, alone);
    return {
      lead: `${found.length} ways for the tasks of ${context.data.name} to share an encoder: same heads, batches and learning rate, learned weights as in Table 1; once with the steps of hard sharing, once with its time.`,
      tables: tablesOf(context, found, alone),
      figures: degreeFigures(found, 'sharing'),
      grids: [],
      verdicts: verdictsOf(context, found),
    };
  },
});

/** Runs of an architecture with all steps; the first seed's says what the network costs. */
function stepsRuns(name: string, context: Context, seeds: readonly number[]): ArmRun<SceneSpec>[] {
  const [first] = context.config.seeds;
  return seeds.flatMap((seed) => {
    const measurements: Measurement[] =
      seed === first ? [degreesOfSharing, costBesideHard] : [degreesOfSharing];
    return overSeeds(name, [seed], armFor(name, context), measurements);
  });
}
