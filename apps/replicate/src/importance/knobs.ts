import { decisiveTraining } from '../config/decisive.ts';
import type { RunDescription } from '../run/description.ts';

/** One thing in which two runs were told to differ. */
export interface Knob {
  /** Where in the configuration: `training.sampling.frames.depth`. */
  readonly key: string;
  /** As JSON; undefined where it is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * In what two runs were told to differ, besides the seed and what decides no number: how often they are looked at, and
 * where on this machine something lies.
 */
export function knobsBetween(before: RunDescription, after: RunDescription): Knob[] {
  const [was, is] = [before, after].map((one) => new Map(leavesOf(toldTo(one), [])));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const knob = { key, before: was.get(key), after: is.get(key) };
    return knob.before === knob.after ? [] : [knob];
  });
}

function toldTo({ config, tasks, balance, select }: RunDescription): unknown {
  const { seeds: _, strips: __, training, network, plugins, ...rest } = config;
  const init = network.init.map(({ checksum, parts }) => ({ checksum, parts }));
  return {
    ...rest,
    plugins: plugins.map(({ checksum }) => checksum),
    network: { ...network, init },
    training: decisiveTraining({ ...training, logEvery: undefined }),
    ...{ tasks, balance, select },
  };
}

/** Every value that is no object, by its path; a list is one value. */
function leavesOf(value: unknown, path: readonly string[]): [key: string, text: string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path.join('.'), JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** `training.weightDecay: 0.0001 → 0.001`; of several one after the other. */
export const knobsText = (knobs: readonly Knob[]): string =>
  knobs.map(({ key, before = '–', after = '–' }) => `${key}: ${before} → ${after}`).join('; ') ||
  'nothing but the seed';
