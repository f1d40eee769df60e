import type { RunSummary } from '@scene-mtl/lab';
import type { NumbersConfig } from './kind.ts';

/** What a run logged at one evaluation: `<split>/<task>/<metric>`. */
export type NumbersEvaluation = RunSummary['evaluations'][number];

/** Key of the loss that stops a task. */
export const haltingLoss = (task: string): string => `val/${task}/loss`;
/** Key of the sum of the losses of all tasks on the examples that stop. */
export const HALTING_SUM = 'val/loss';

/**
 * The evaluation at which each task counts as stopped (early stopping on a halting set, Caruana 1997, section 7.2):
 *
 * - `task`: each at the least loss of its own, as if the whole network were kept for it then;
 * - `main`: all where the first task has its least;
 * - `joint`: all where the sum of their losses is least;
 * - `last`: at the end.
 *
 * The first of equal ones. It looks at the halting set alone.
 * @param tasks the main one first
 * @throws where there is no evaluation
 */
export function stops(
  evaluations: readonly NumbersEvaluation[],
  tasks: readonly string[],
  rule: NumbersConfig['stopping'],
): Readonly<Record<string, NumbersEvaluation>> {
  const least = (key: string) =>
    evaluations.reduce((best, one) =>
      (one.metrics[key] ?? Infinity) < (best.metrics[key] ?? Infinity) ? one : best,
    );
  const at = {
    task: (task: string) => least(haltingLoss(task)),
    main: () => least(haltingLoss(tasks[0])),
    joint: () => least(HALTING_SUM),
    last: () => evaluations[evaluations.length - 1],
  }[rule];
  return Object.fromEntries(tasks.map((task) => [task, at(task)]));
}

/**
 * Metrics of a run under a rule: of every task `<task>/<metric>` on the test examples, `<task>/train-loss`, and
 * `<task>/stop`, the step at which it counts as stopped.
 */
export function stoppedMetrics(
  evaluations: readonly NumbersEvaluation[],
  tasks: readonly string[],
  rule: NumbersConfig['stopping'],
): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [task, { step, metrics: seen }] of Object.entries(stops(evaluations, tasks, rule))) {
    const start = `test/${task}/`;
    for (const [key, value] of Object.entries(seen)) {
      if (key.startsWith(start)) metrics[`${task}/${key.slice(start.length)}`] = value ?? NaN;
    }
    metrics[`${task}/train-loss`] = seen[`train/${task}/loss`] ?? NaN;
    metrics[`${task}/stop`] = step;
  }
  return metrics;
}
