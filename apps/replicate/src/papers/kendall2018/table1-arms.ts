import type { ComparedArm } from '@scene-mtl/lab';
import type { Config } from '../../config/schema.ts';
import type { SceneArm } from '../../scenes/kind.ts';
import { armOf, fixedWeights, learnedWeights } from '../../scenes/spec.ts';
import { table1Rows, type Table1Row } from './table1-rows.ts';

/**
 * The tasks of a row that the data has. Fixed weights go on without the absent one; a learned row is
 * defined by its set of tasks, so without one it is not run.
 */
function tasksOf(row: Table1Row, available: readonly string[]): readonly string[] {
  const present = row.tasks.filter((task) => available.includes(task));
  const complete = present.length === row.tasks.length;
  const several = row.weighting.kind === 'fixed' && present.length > 1;
  return complete || several ? present : [];
}

/** Weights of a row's tasks; those of the row of optimal ones are a choice for each data set. */
export const weightsOf = (
  { slug, weighting }: Table1Row,
  { optimalWeights }: Pick<Config, 'optimalWeights'>,
): Readonly<Partial<Record<string, number>>> | undefined => {
  if (weighting.kind !== 'fixed') return undefined;
  return slug === 'optimal-weights' && optimalWeights ? optimalWeights : weighting.weights;
};

/** The arm of a row of Table 1, or undefined where the data lacks what it trains. */
export function rowArm(
  row: Table1Row,
  config: Config,
  available: readonly string[],
): SceneArm | undefined {
  const tasks = tasksOf(row, available);
  if (tasks.length === 0) return undefined;
  const weights = weightsOf(row, config);
  return armOf(config, {
    tasks,
    balance: weights
      ? fixedWeights(tasks, weights)
      : learnedWeights(row.weighting.kind === 'balancer' ? row.weighting.name : undefined),
  });
}

/** The arm with learned weights for a set of tasks, as in Table 1. */
export const learnedArm = (config: Config, tasks: readonly string[]): SceneArm =>
  armOf(config, { tasks, balance: learnedWeights() });

/** The arm of one task alone, as in Table 1. */
export const singleArm = (config: Config, task: string): SceneArm =>
  armOf(config, { tasks: [task], balance: fixedWeights([task], { [task]: 1 }) });

/** The row of Table 1 with a slug. */
export function rowNamed(slug: string): Table1Row {
  const row = table1Rows.find((candidate) => candidate.slug === slug);
  if (!row) throw new Error(`no row ${slug} in Table 1`);
  return row;
}

/** Of some rows of the table, the arm of learned weights for the most tasks that were run. */
export function mostLearned(
  rows: readonly { readonly row: Table1Row }[],
  arms: readonly ComparedArm[],
): ComparedArm | undefined {
  return arms
    .filter(({ runs }, i) => rows[i].row.weighting.kind === 'uncertainty' && runs.length > 0)
    .sort((a, b) => b.tasks.length - a.tasks.length)[0];
}
