import type { Trial } from '../experiment/over-seeds.ts';
import { trial } from '../experiment/over-seeds.ts';
import { fixedWeights, learnedWeights } from '../experiment/spec.ts';
import type { Config } from '../config/schema.ts';
import { table1, type Table1Row, type TaskName } from '../paper/table1.ts';

/**
 * The tasks of a row that the data has. Fixed weights go on without the absent one; a learned row is
 * defined by its set of tasks, so without one it is not run.
 */
function tasksOf(row: Table1Row, available: readonly TaskName[]): readonly TaskName[] {
  const present = row.tasks.filter((task) => available.includes(task));
  const complete = present.length === row.tasks.length;
  const several = row.weighting.kind === 'fixed' && present.length > 1;
  return complete || several ? present : [];
}

/** Weights of a row's tasks; those of the row of optimal ones are a choice for each data set. */
export const weightsOf = (
  { slug, weighting }: Table1Row,
  { optimalWeights }: Pick<Config, 'optimalWeights'>,
): Readonly<Partial<Record<TaskName, number>>> | undefined => {
  if (weighting.kind !== 'fixed') return undefined;
  return slug === 'optimal-weights' && optimalWeights ? optimalWeights : weighting.weights;
};

/** The trial of a row of Table 1, or undefined where the data lacks what it trains. */
export function rowTrial(
  row: Table1Row,
  config: Config,
  available: readonly TaskName[],
): Trial | undefined {
  const tasks = tasksOf(row, available);
  if (tasks.length === 0) return undefined;
  const weights = weightsOf(row, config);
  return trial(config, {
    tasks,
    weighting: weights ? fixedWeights(tasks, weights) : learnedWeights(),
  });
}

/** The trial with learned weights for a set of tasks, as in Table 1. */
export const learnedTrial = (config: Config, tasks: readonly TaskName[]): Trial =>
  trial(config, { tasks, weighting: learnedWeights() });

/** The trial of one task alone, as in Table 1. */
export const singleTrial = (config: Config, task: TaskName): Trial =>
  trial(config, { tasks: [task], weighting: fixedWeights([task], { [task]: 1 }) });

/** The row of Table 1 with a slug. */
export function rowNamed(slug: string): Table1Row {
  const row = table1.find((candidate) => candidate.slug === slug);
  if (!row) throw new Error(`no row ${slug} in Table 1`);
  return row;
}
