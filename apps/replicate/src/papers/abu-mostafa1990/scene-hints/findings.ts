import {
  compare,
  paired,
  summariesOf,
  type Comparison,
  type Paired,
  type Quantity,
} from '@scene-mtl/lab';
import type { SceneResults, SceneSummary } from '../../../scenes/kind.ts';
import { primaryOfTask } from '../../../scenes/quantities.ts';
import { hintArm, hintsOf, plainArm, tasksOf, type Context, type NamedHint } from './arms.ts';

/** A hint of a task with its runs, and those without it. */
export interface Tried {
  readonly task: string;
  readonly hint: NamedHint;
  readonly dose: number;
  readonly quantity: Quantity;
  readonly runs: readonly SceneSummary[];
  readonly plain: readonly SceneSummary[];
  /** With the hint against without, seed by seed. */
  readonly difference: Paired | undefined;
}

/** Every hint of every task in every dose. */
export function triedIn(context: Context, results: SceneResults): Tried[] {
  const { seeds } = context.config;
  return tasksOf(context).flatMap((task) => {
    const quantity = primaryOfTask(task);
    const plain = summariesOf(results, seeds, plainArm(context, task));
    return hintsOf(task).flatMap((hint) =>
      context.options.doses.map((dose) => {
        const runs = summariesOf(results, seeds, hintArm(context, task, hint, dose));
        const difference = paired(runs, plain, quantity);
        return { ...{ task, hint, dose, quantity, runs, plain, difference } };
      }),
    );
  });
}

/** With hints against without, for a verdict. */
export const comparisonsOf = (tried: readonly Tried[]): Comparison[] =>
  tried.flatMap(({ task, hint, dose, quantity, runs, plain, difference }) =>
    compare(runs, plain, [quantity]).map((one) => {
      const told = one.n > 1 ? `, p ${(difference?.p ?? NaN).toFixed(3)}` : '';
      return { ...one, evidence: `${hintName(hint, dose)}: ${one.evidence}${told}`, task };
    }),
  );

/** `flip`, `flip × 3`. */
export const hintName = ({ name }: NamedHint, dose: number): string =>
  dose === 1 ? name : `${name} × ${dose}`;
