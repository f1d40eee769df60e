import { architectureNamed } from '@scene-mtl/core';
import { pathChart } from '@scene-mtl/eval';
import { flagWords, overSeeds, type ArmRun, type Figure, type Measurement } from '@scene-mtl/lab';
import type { SceneExperiment, SceneSpec } from '../../../scenes/kind.ts';
import {
  aloneArm,
  armFor,
  namesOf,
  stepsInTime,
  type Context,
  type SharingOptions,
} from './arms.ts';
import { aloneOf, findingsOf, type Found } from './findings.ts';
import { costBesideHard, degreesOfSharing } from './measurements.ts';
import { tablesOf } from './tables.ts';
import { verdictsOf } from './verdicts.ts';

/** Every architecture of the registry on the same tasks, steps and time. */
export const sharing: SceneExperiment<SharingOptions> = {
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
      const steps = stepsInTime(name, context, results);
      // As many steps as before are the same runs.
      if (steps === undefined || steps === config.training.steps) return [];
      return overSeeds(`${name}-in-time`, config.seeds, armFor(name, context, steps));
    });
  },
  undecided: (context, results) =>
    namesOf(context).filter((name) => stepsInTime(name, context, results) === undefined).length *
    context.config.seeds.length,
  show(context, results) {
    const alone = aloneOf(context, results);
    const found = findingsOf(context, results, alone);
    return {
      lead: `${found.length} ways for the tasks of ${context.data.name} to share an encoder: same heads, batches and learning rate, learned weights as in Table 1; once with the steps of hard sharing, once with its time.`,
      tables: tablesOf(context, found, alone),
      figures: figuresOf(found),
      grids: [],
      verdicts: verdictsOf(context, found),
    };
  },
};

/** Runs of an architecture with all steps; the first seed's says what the network costs. */
function stepsRuns(name: string, context: Context, seeds: readonly number[]): ArmRun<SceneSpec>[] {
  const [first] = context.config.seeds;
  return seeds.flatMap((seed) => {
    const measurements: Measurement[] =
      seed === first ? [degreesOfSharing, costBesideHard] : [degreesOfSharing];
    return overSeeds(name, [seed], armFor(name, context), measurements);
  });
}

/** How much each stage is shared, by depth: a small chart an architecture, a line a seed. */
function figuresOf(found: readonly Found[]): Figure[] {
  const made = found.filter(({ degrees }) => degrees.some((of) => of.length > 1));
  if (made.length === 0) return [];
  const stages = made[0].degrees[0].map(({ stage }) => stage);
  const last = stages.length;
  return [
    {
      name: 'sharing',
      spec: pathChart({
        title: 'How much of each stage is shared',
        x: { label: 'stage' },
        y: { label: 'degree of sharing' },
        front: [],
        window: { x: [0.8, last + 0.2], y: [-0.05, 1.05] },
        panels: made.map(({ name, degrees }) => ({
          name,
          paths: degrees.map((of) => of.map(({ degree }, s) => ({ x: s + 1, y: degree }))),
        })),
      }),
      caption: `Degree of sharing of the stages ${stages.join(', ')} after training: 0, each task has it for itself; 1, all have one. A line a seed, a dot at the first stage. What is measured differs between architectures: docs/sharing.md.`,
      description: `Small charts, one an architecture, of the degree of sharing over depth: ${made
        .map(({ name, degrees: [of] }) => `${name} ${of.map((s) => s.degree.toFixed(2)).join(' ')}`)
        .join('; ')}.`,
    },
  ];
}
