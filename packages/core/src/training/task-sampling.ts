import { stream } from '@scene-mtl/data';
import type { Fading } from './fading.ts';

/** For which objectives a step is. */
export interface TaskSampling {
  /** Objectives that a step learns, drawn anew for each; one that the batch has no label of says nothing, as ever. */
  readonly tasksPerStep: number;
  /** How likely one is drawn beside others, above 0; of those that are not named 1. */
  readonly shares: Readonly<Record<string, number>>;
}

/**
 * Draws for each step the objectives that it learns, without putting back, from the seed and the step alone. The
 * others count as absent from its batch: see `faded`. Objectives that were stopped are not drawn while another goes on.
 *
 * The chance to be drawn first is an objective's share of all shares: those with the largest `log(u) / share` of
 * uniform u (Efraimidis & Spirakis 2006, algorithm A).
 * @param fading what stops objectives, if anything does
 * @throws when a step is to learn more objectives than there are, or a share is of none of them
 * @example
 * ```ts
 * import { taskSampling } from '@scene-mtl/core';
 * const { factor } = taskSampling(['a', 'b', 'c'], { tasksPerStep: 2, shares: { a: 4 } }, 1);
 * const learned = (step: number) => ['a', 'b', 'c'].reduce((sum, name) => sum + factor(name, step), 0);
 * [learned(0), learned(1), learned(2)]; // → [2, 2, 2]
 * ```
 */
export function taskSampling(
  objectives: readonly string[],
  { tasksPerStep, shares }: TaskSampling,
  seed: number,
  fading?: Pick<Fading, 'factor'>,
): Pick<Fading, 'factor'> {
  const unknown = Object.keys(shares).find((name) => !objectives.includes(name));
  if (unknown !== undefined) {
    throw new Error(`shares.${unknown}: expected one of the tasks ${objectives.join(', ')}`);
  }
  if (!(Number.isInteger(tasksPerStep) && tasksPerStep >= 1 && tasksPerStep <= objectives.length)) {
    throw new Error(
      `tasksPerStep ${tasksPerStep}: expected 1 … ${objectives.length}, there are the tasks ${objectives.join(', ')}`,
    );
  }
  const faded = (name: string, i: number): number => fading?.factor(name, i) ?? 1;
  const drawn = (i: number): Set<string> => {
    const random = stream(seed, 'tasks of a step', i);
    // One number for each, whatever has been stopped: what is drawn later does not hang on it.
    const keys = objectives.map(
      (name) => [name, Math.log(random.next()) / (shares[name] ?? 1)] as const,
    );
    const going = keys.filter(([name]) => faded(name, i) > 0);
    going.sort(([, a], [, b]) => b - a);
    return new Set(going.slice(0, tasksPerStep).map(([name]) => name));
  };
  let last: { readonly i: number; readonly names: Set<string> } | undefined;
  return {
    factor(objective, i) {
      if (last?.i !== i) last = { i, names: drawn(i) };
      return last.names.has(objective) ? faded(objective, i) : 0;
    },
  };
}
