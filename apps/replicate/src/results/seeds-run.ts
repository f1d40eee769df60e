import { runsOf, type Results } from '@scene-mtl/lab';
import type { SceneContext, SceneExperiment, SceneSpec } from '../scenes/kind.ts';

/** The seeds that an experiment was run with. */
export interface SeedsRun {
  /** Those of the context of which hardly anything is missing that another seed has; all where none has a run. */
  readonly seeds: readonly number[];
  /** Seeds of which only a part is there, that part and what it is of; and whether they are left out. */
  readonly partly: readonly {
    readonly seed: number;
    readonly made: number;
    readonly of: number;
    readonly isLeftOut: boolean;
  }[];
}

/** Of what other seeds have, a seed has at least this share, or it is left out. */
const ENOUGH = 0.9;

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
  const seeds = counted.flatMap(({ seed, made, of }) =>
    of > 0 && made >= ENOUGH * of ? [seed] : [],
  );
  if (seeds.length === 0) return { seeds: context.config.seeds, partly: [] };
  // Some take seeds of their own besides those of the configuration.
  const shown = runsOf(experiment, withSeeds(context, seeds), results).map(({ spec }) => spec.seed);
  return {
    seeds,
    partly: counted.flatMap(({ seed, made, of }) => {
      const isLeftOut = !shown.includes(seed);
      const isPart = made > 0 && made < of && (isLeftOut || seeds.includes(seed));
      return isPart ? [{ seed, made, of, isLeftOut }] : [];
    }),
  };
}

/** The same for other seeds. */
export const withSeeds = (context: SceneContext, seeds: readonly number[]): SceneContext => ({
  ...context,
  config: { ...context.config, seeds: [...seeds] },
});

/** What an experiment lacks of some seeds, in words. */
export function partlyText(partly: SeedsRun['partly']): string {
  const listed = (leftOut: boolean): string =>
    partly
      .filter(({ isLeftOut }) => isLeftOut === leftOut)
      .map(({ seed, made, of }) => `seed ${seed} (${made} of ${of} runs)`)
      .join(', ');
  const [out, lacking] = [listed(true), listed(false)];
  return [
    ...(lacking ? [`Not all runs are there of ${lacking}.`] : []),
    ...(out ? [`Left out, since too few of their runs are there: ${out}.`] : []),
  ].join(' ');
}
