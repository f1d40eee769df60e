import { runsOf, type Results } from '@scene-mtl/lab';
import type { SceneContext, SceneExperiment, SceneSpec } from '../scenes/kind.ts';

/** The seeds that an experiment was run with. */
export interface SeedsRun {
  /** Those of the context of which nothing is missing that another seed has; all where none has a run. */
  readonly seeds: readonly number[];
  /** Seeds of which only a part is there, that part and what it is of. */
  readonly partly: readonly { readonly seed: number; readonly made: number; readonly of: number }[];
}

/**
 * With which of a group's seeds an experiment was run: more of them settle some claims sooner than others, so that
 * not every experiment has all. A run that no seed has is missing from the experiment, and from no seed.
 */
export function seedsRun(
  experiment: SceneExperiment,
  context: SceneContext,
  results: Results<SceneSpec>,
): SeedsRun {
  const asked = runsOf(experiment, context, results).map(({ label, spec }) => ({
    arm: label.replace(/\/seed-\d+$/, ''),
    seed: spec.seed,
    isMade: results.summary(spec) !== undefined,
  }));
  const madeByAny = new Set(asked.filter(({ isMade }) => isMade).map(({ arm }) => arm));
  const counted = context.config.seeds.map((seed) => {
    const own = asked.filter((run) => run.seed === seed && madeByAny.has(run.arm));
    return { seed, made: own.filter(({ isMade }) => isMade).length, of: own.length };
  });
  const seeds = counted.flatMap(({ seed, made, of }) => (of > 0 && made === of ? [seed] : []));
  if (seeds.length === 0) return { seeds: context.config.seeds, partly: [] };
  // Some take seeds of their own besides those of the configuration.
  const shown = runsOf(experiment, withSeeds(context, seeds), results).map(({ spec }) => spec.seed);
  return {
    seeds,
    partly: counted.filter(({ seed, made, of }) => made > 0 && made < of && !shown.includes(seed)),
  };
}

/** The same for other seeds. */
export const withSeeds = (context: SceneContext, seeds: readonly number[]): SceneContext => ({
  ...context,
  config: { ...context.config, seeds: [...seeds] },
});

/** What is left out of an experiment for want of a part of it, in words. */
export const partlyText = (partly: SeedsRun['partly']): string =>
  `Left out, since a part of the runs is not there: ${partly
    .map(({ seed, made, of }) => `seed ${seed} (${made} of ${of} runs)`)
    .join(', ')}.`;
