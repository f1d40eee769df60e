import {
  accumulated,
  adam,
  constant,
  cosine,
  poly,
  sgd,
  steps as stepwise,
  warmUp,
  type Optimiser,
  type Parameter,
  type Schedule,
  type WeightDecay,
} from '@scene-mtl/core';
import type { Config } from '../config/schema.ts';

type Training = Config['training'];

/** λ of a head's own kernels is its own where it says so. */
const decayOf = ({ network, training: { weightDecay } }: Config): WeightDecay =>
  Object.values(network.heads).every((head) => head.weightDecay === null)
    ? weightDecay
    : ({ task = '' }) => network.heads[task]?.weightDecay ?? weightDecay;

/** The optimiser of a configuration, of some parameters. */
export function optimiserOf(config: Config, parameters: readonly Parameter[]): Optimiser {
  const { training } = config;
  const { momentum, clipNorm, accumulate } = training;
  const weightDecay = decayOf(config);
  const shared = { weightDecay, ...(clipNorm !== null && { clipNorm }) };
  const inner =
    training.optimiser === 'adam'
      ? adam(parameters, shared)
      : sgd(parameters, { momentum, ...shared });
  return accumulate > 1 ? accumulated(inner, accumulate) : inner;
}

/** Milestones of the stepwise schedule, as parts of all steps (He et al. 2016, section 4.2). */
const MILESTONES = [1 / 2, 3 / 4];

/** How a configuration’s rates go: from a rate to its course over the steps. */
export function scheduleOf(training: Training): (rate: number) => Schedule {
  const horizon = training.scheduleSteps ?? training.steps;
  const courses: Record<Training['schedule'], (rate: number) => Schedule> = {
    poly: (rate) => poly(rate, horizon),
    cosine: (rate) => cosine(rate, horizon),
    steps: (rate) =>
      stepwise(
        rate,
        MILESTONES.map((part) => Math.round(part * horizon)),
      ),
    constant,
  };
  const course = courses[training.schedule];
  return (rate) => (training.warmUp > 0 ? warmUp(training.warmUp, course(rate)) : course(rate));
}
