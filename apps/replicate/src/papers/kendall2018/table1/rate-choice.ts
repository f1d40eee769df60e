import { overSeeds, type Trial } from '../experiment/over-seeds.ts';
import type { NamedRun, Results } from '../experiment/item.ts';
import { betterSign, primaryMetric } from '../train/metrics.ts';

/**
 * Part of the training frames that decide between learning rates: a validation split that chose them
 * could not judge them any more.
 */
const HELD_OUT = 0.1;

/** Number of frames held out, of so many training frames. */
export const heldOut = (frames: number): number => Math.max(1, Math.round(HELD_OUT * frames));

/** A trial that trains without the frames held out and is measured on them, at one rate. */
function candidate({ config, ...rest }: Trial, learningRate: number, frames: number): Trial {
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
 * The runs that decide a trial's rate: one per rate, all with the trial's number of steps.
 * @param frames training frames of the data
 */
export const rateRuns = (
  label: string,
  base: Trial,
  rates: readonly number[],
  seed: number,
  frames: number,
): NamedRun[] =>
  rates.flatMap((rate) =>
    overSeeds(`${label}/rate-${rate}`, [seed], candidate(base, rate, frames)),
  );

/**
 * The rate with the best held-out result: the largest mean over tasks of log(metric / metric at the
 * first rate), with the sign by which better is larger. Undefined until all runs are there.
 * @param frames training frames of the data
 */
export function chosenRate(
  base: Trial,
  rates: readonly number[],
  seed: number,
  frames: number,
  results: Results,
): number | undefined {
  const all = rates.map((rate) => results.record({ ...candidate(base, rate, frames), seed }));
  if (all.some((record) => !record)) return undefined;
  const scores = all.map((record) =>
    base.tasks.reduce((sum, task) => {
      const [value, first] = [record, all[0]].map(
        (r) =>
          (r?.result.metrics as Readonly<Record<string, number | null>>)[primaryMetric[task]] ??
          NaN,
      );
      return sum + betterSign[task] * Math.log(value / first);
    }, 0),
  );
  const best = scores.reduce((b, s, i) => (s > scores[b] || Number.isNaN(scores[b]) ? i : b), 0);
  return rates[best];
}
