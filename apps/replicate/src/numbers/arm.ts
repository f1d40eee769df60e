import { summariesOf, type ComparedArm, type Program, type Results } from '@scene-mtl/lab';
import { numbersSchema, type GivenNumbers, type Numbers, type NumbersSpec } from './kind.ts';

/** Runs of an experiment on numbers, without their seeds. */
export interface NumbersArm {
  readonly slug: string;
  readonly title: string;
  readonly spec: Omit<NumbersSpec, 'seed'>;
}

/**
 * An arm whose loss is the weighted sum of those of its tasks and hints. A weight is also that task's learning rate
 * as far as plain descent goes: its head and its part in the shared layers move in proportion to it.
 * @param weights by name; 1 where there is none, so that the main task counts as much as alone
 */
export function numbersArm(
  { name: program }: Pick<Program<NumbersSpec, Numbers>, 'name'>,
  { slug, title }: Pick<NumbersArm, 'slug' | 'title'>,
  tasks: readonly string[],
  given: GivenNumbers,
  weights: Readonly<Record<string, number>> = {},
): NumbersArm {
  const config = numbersSchema.parse(given);
  const options = Object.fromEntries(
    [...tasks, ...config.hints].map((each) => [each, weights[each] ?? 1]),
  );
  const balance = { name: 'fixed', options };
  return { slug, title, spec: { program, config, tasks, balance } };
}

/** An arm with its finished runs. */
export const ran = (
  { slug, title, spec }: NumbersArm,
  results: Results<NumbersSpec>,
  seeds: readonly number[],
): ComparedArm => ({ slug, title, tasks: spec.tasks, runs: summariesOf(results, seeds, spec) });
