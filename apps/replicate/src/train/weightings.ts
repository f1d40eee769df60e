import {
  dynamicAverage,
  equal,
  fixed,
  learned,
  logSum,
  randomWeights,
  softOptimal,
  uncertainty,
  uncertaintyExact,
  uncertaintyHalfLog,
  uncertaintyHalved,
  uncertaintyLikelihood,
  uncertaintyNormalised,
  uncertaintyPlain,
  uncertaintyPositive,
  type LogVarianceOptions,
  type Weighting,
} from '@scene-mtl/core';
import { z } from 'zod';
import type { Config } from '../config/schema.ts';

/** What a weighting may be made from. */
export interface WeightingPlace {
  readonly tasks: readonly string[];
  readonly config: Config;
  readonly seed: number;
  readonly batchesPerEpoch: number;
}

/** A weighting by its name on the command line, with its own numbers. */
export interface NamedWeighting {
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
}

type Maker = (place: WeightingPlace, options: Readonly<Record<string, number>>) => Weighting;

/** Checks the options against a schema before the weighting is made from them. */
const maker =
  <S extends z.ZodType>(
    schema: S,
    make: (place: WeightingPlace, options: z.infer<S>) => Weighting,
  ): Maker =>
  (place, options) => {
    const checked = schema.safeParse(options);
    if (!checked.success) throw new Error(z.prettifyError(checked.error));
    return make(place, checked.data);
  };

/** s begins at `initial`, or where the configuration says. */
const logVariance = (
  form: (tasks: readonly string[], options: LogVarianceOptions) => Weighting,
): Maker =>
  maker(z.strictObject({ initial: z.number().optional() }), ({ tasks, config }, { initial }) =>
    form(tasks, { initial: initial ?? config.training.initialLogVariance }),
  );

const none = z.strictObject({});
const temperature = z.number().positive();

/** Every weighting of `@scene-mtl/core` by its name. A new method is one line here. */
const makers: Readonly<Record<string, Maker>> = {
  uncertainty: logVariance(uncertainty),
  'uncertainty-exact': logVariance(uncertaintyExact),
  'uncertainty-half-log': logVariance(uncertaintyHalfLog),
  'uncertainty-halved': logVariance(uncertaintyHalved),
  'uncertainty-likelihood': logVariance(uncertaintyLikelihood),
  'uncertainty-normalised': logVariance(uncertaintyNormalised),
  'uncertainty-plain': logVariance(uncertaintyPlain),
  'uncertainty-positive': logVariance(uncertaintyPositive),
  equal: maker(none, ({ tasks }) => equal(tasks)),
  fixed: maker(z.record(z.string(), z.number().min(0)), ({ tasks }, weights) =>
    fixed(exactly(tasks, weights)),
  ),
  learned: maker(z.strictObject({ initial: z.number().optional() }), ({ tasks }, { initial }) =>
    learned(tasks, initial),
  ),
  'log-sum': maker(none, ({ tasks }) => logSum(tasks)),
  random: maker(none, ({ tasks, seed }) => randomWeights(tasks, seed)),
  // Kirchdorfer et al. 2024 tune T for each data set and name no default; 1 is the plain softmax.
  'soft-optimal': maker(
    z.strictObject({ temperature: temperature.default(1) }),
    ({ tasks }, options) => softOptimal(tasks, options.temperature),
  ),
  // Liu et al. 2019, section 4.1: T = 2.
  'dynamic-average': maker(
    z.strictObject({ temperature: temperature.default(2) }),
    ({ tasks, batchesPerEpoch }, options) =>
      dynamicAverage(tasks, { batchesPerEpoch, temperature: options.temperature }),
  ),
};

/** Names for `--weighting`. */
export const weightingNames: readonly string[] = Object.keys(makers);

/**
 * Makes a run's weighting.
 * @throws naming the weighting and the option that is unknown, missing or out of range
 */
export function weightingFrom({ name, options }: NamedWeighting, place: WeightingPlace): Weighting {
  const make = makers[name];
  if (!make) {
    throw new Error(`--weighting ${name}: expected one of ${weightingNames.join(', ')}`);
  }
  try {
    return make(place, options);
  } catch (cause) {
    throw new Error(`--weighting ${name}: ${(cause as Error).message}`, { cause });
  }
}

function exactly(
  tasks: readonly string[],
  weights: Readonly<Record<string, number>>,
): Record<string, number> {
  const missing = tasks.filter((task) => !(task in weights));
  const over = Object.keys(weights).filter((task) => !tasks.includes(task));
  if (missing.length > 0 || over.length > 0) {
    throw new Error(
      `expected one weight for each of ${tasks.join(', ')}` +
        (missing.length > 0 ? `; missing ${missing.join(', ')}` : '') +
        (over.length > 0 ? `; not a task of this run: ${over.join(', ')}` : '') +
        `; give --weighting-set ${tasks.map((task) => `${task}=1`).join(' ')}`,
    );
  }
  return Object.fromEntries(tasks.map((task) => [task, weights[task]]));
}
