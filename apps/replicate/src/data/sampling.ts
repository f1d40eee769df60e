import { taskSampling, type Fading } from '@scene-mtl/core';
import { didYouMean } from '@scene-mtl/data';
import type { Dataset } from '@scene-mtl/datasets';
import type { Config } from '../config/schema.ts';
import { assertOversampling } from './oversampling.ts';
import { taskNames } from './task-names.ts';

/** Which frames come more often in a run, and which tasks a step is for. */
export type Sampling = NonNullable<Config['training']['sampling']>;

/**
 * What a configuration says of it.
 * @throws for a rule to which the data or another option leaves no meaning
 */
export function samplingOf({ training }: Pick<Config, 'training'>, dataset: Dataset): Sampling {
  const { sampling, labelledShare } = training;
  if (sampling === null) return { frames: {}, tasksPerStep: null, shares: {} };
  const { frames, tasksPerStep, shares } = sampling;
  assertOversampling(dataset, frames);
  const tasks = taskNames(dataset);
  const unknown = Object.keys(shares).find((name) => !tasks.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `training.sampling.shares.${unknown}: no such task; ${didYouMean(unknown, tasks)}`,
    );
  }
  if (labelledShare !== null && Object.keys(frames).length > 0) {
    throw new Error(
      `training.sampling.frames: with training.labelledShare ${labelledShare} frames come from two pools; ` +
        `set one of them`,
    );
  }
  if (tasksPerStep === null && Object.keys(shares).length > 0) {
    throw new Error(
      `training.sampling.shares: every step learns all tasks; set training.sampling.tasksPerStep too`,
    );
  }
  return sampling;
}

/**
 * How much of each task's gradient counts in each step: of what was stopped nothing, and of what was not drawn. A run
 * of fewer tasks than a step is to learn learns all of them. Undefined where all of all counts.
 */
export function factorsOf(
  { tasksPerStep, shares }: Sampling,
  tasks: readonly string[],
  seed: number,
  fading: Fading | undefined,
): Pick<Fading, 'factor'> | undefined {
  if (tasksPerStep === null) return fading;
  const own = Object.entries(shares).filter(([name]) => tasks.includes(name));
  const drawn = {
    tasksPerStep: Math.min(tasksPerStep, tasks.length),
    shares: Object.fromEntries(own),
  };
  return taskSampling(tasks, drawn, seed, fading);
}
