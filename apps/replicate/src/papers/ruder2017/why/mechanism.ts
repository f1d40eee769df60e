import type { Random } from '@scene-mtl/data';
import { numbersArm, type NumbersArm } from '../../../numbers/arm.ts';
import type { Example } from '../../../numbers/drawn.ts';
import type { GivenNumbers } from '../../../numbers/kind.ts';
import type { Study } from '../../../numbers/studies/study.ts';

/** One of several reasons why a task may be learned better along with others. */
export interface Mechanism extends Study {
  /** One example, the main task's number under `main`. */
  draw(this: void, random: Random, data: Readonly<Record<string, number>>): Example;
}

/** Name of the program that trains all of them. */
export const PROGRAM = { name: 'why' };

/** Names `other-1` … `other-<count>`, or with another beginning. */
export const numbered = (count: number, name = 'other'): string[] =>
  Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);

/** The labels of tasks that are made of others: `<as>-1` of `other-1` …; of one task where it is named. */
export const madeOf = (count: number, as: 'copy' | 'shuffled', of?: string) =>
  Object.fromEntries(
    numbered(count, as).map((name, i) => [name, { of: of ?? `other-${i + 1}`, as }]),
  );

/** A network trained to its last step, that learns `main` and perhaps others. */
export function armOf(
  mechanism: number,
  { slug, title }: Pick<NumbersArm, 'slug' | 'title'>,
  given: Omit<GivenNumbers, 'inputs' | 'val' | 'test' | 'evalEvery'>,
  others: readonly string[] = [],
  weights: Readonly<Record<string, number>> = {},
): NumbersArm {
  const config: GivenNumbers = {
    ...given,
    data: { ...given.data, mechanism },
    ...{ inputs: ['x'], val: 10, test: 1000, evalEvery: given.steps, stopping: 'last' },
    ...{ schedule: 'poly' },
  };
  return numbersArm(PROGRAM, { slug, title }, ['main', ...others], config, weights);
}
