import { selectBest } from '@scene-mtl/eval';
import { metricOf, overSeeds, type Quantity } from '@scene-mtl/lab';
import type { SceneArm, SceneResults, SceneRun, SceneSummary } from '../../../scenes/kind.ts';

/**
 * Part of the training frames that decide between learning rates: a validation split that chose them
 * could not judge them any more.
 */
const HELD_OUT = 0.1;

/** Number of frames held out, of so many training frames. */
export const heldOut = (frames: number): number => Math.max(1, Math.round(HELD_OUT * frames));

/** An arm that trains without the frames held out and is measured on them, at one rate. */
function candidate({ config, ...rest }: SceneArm, learningRate: number, frames: number): SceneArm {
  const { data, training } = config;
  return {
    ...rest,
    config: {
      ...config,
      data: { ...data, holdOut: heldOut(frames) },
      training: { ...training, learningRate },
    },
  };
}

/**
 * The runs that decide an arm's rate: one per rate, all with the arm's number of steps.
 * @param frames training frames of the data
 */
export const rateRuns = (
  label: string,
  base: SceneArm,
  rates: readonly number[],
  seed: number,
  frames: number,
): SceneRun[] =>
  rates.flatMap((rate) =>
    overSeeds(`${label}/rate-${rate}`, [seed], candidate(base, rate, frames)),
  );

/**
 * The rate with the best held-out result: the largest mean over tasks of log(metric / metric at the
 * first rate), with the sign by which better is larger. Undefined until all runs are there.
 * @param frames training frames of the data
 * @param quantities what stands for each of the arm's tasks
 */
export function chosenRate(
  base: SceneArm,
  rates: readonly number[],
  seed: number,
  frames: number,
  results: SceneResults,
  quantities: readonly Quantity[],
): number | undefined {
  const all = rates.map((rate) => results.summary({ ...candidate(base, rate, frames), seed }));
  if (all.some((summary) => !summary)) return undefined;
  const [first] = all;
  const scores = all.map((summary, i) => {
    const value = quantities.reduce((sum, { better, metric }) => {
      const sign = better === 'higher' ? 1 : -1;
      return sum + sign * Math.log(valueOf(summary, metric) / valueOf(first, metric));
    }, 0);
    return { candidate: rates[i], split: 'train' as const, value };
  });
  // A run that gave no number cannot be chosen; where none did there is nothing to choose by.
  const finite = scores.filter(({ value }) => Number.isFinite(value));
  return finite.length > 0 ? selectBest(finite, 'higher') : rates[0];
}

const valueOf = (summary: SceneSummary | undefined, metric: string): number =>
  metricOf(summary ? [summary] : [], metric)[0] ?? NaN;

/** The arm at another learning rate. */
export const withRate = (base: SceneArm, learningRate: number): SceneArm => ({
  ...base,
  config: { ...base.config, training: { ...base.config.training, learningRate } },
});
