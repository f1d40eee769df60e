import type { RunSummary } from '@scene-mtl/lab';
import { stops } from '../../../numbers/stopping.ts';

/** By task. */
type PerTask = Readonly<Record<string, number>>;

const perTask = (tasks: readonly string[], of: (task: string) => number): PerTask =>
  Object.fromEntries(tasks.map((task) => [task, of(task)]));

/** The step at which each task has its least halting loss. */
export const stepsOf = ({ evaluations }: RunSummary, tasks: readonly string[]): PerTask => {
  const own = stops(evaluations, tasks, 'task');
  return perTask(tasks, (task) => own[task].step);
};

/**
 * Regret of one common step, % of each task's test RMSE at its own: `100 (e(common) / e(own) − 1)`. Both steps come
 * from the halting set, so that it may be below 0.
 */
export function regretOf({ evaluations }: RunSummary, tasks: readonly string[]): PerTask {
  const [own, common] = (['task', 'joint'] as const).map((rule) => stops(evaluations, tasks, rule));
  return perTask(tasks, (task) => {
    const error = (at: typeof own) => at[task].metrics[`test/${task}/rms`] ?? NaN;
    return 100 * (error(common) / error(own) - 1);
  });
}

/** Standard deviation of log₂ of the tasks' best steps: 1 where they lie a factor of 2 about their middle. */
export function spreadOf(run: RunSummary, tasks: readonly string[]): number {
  const logs = Object.values(stepsOf(run, tasks)).map(Math.log2);
  const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
  return Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length);
}

/**
 * A weight for each task that slows the fast ones down: its mean best step as a share of the latest task's. A task
 * that peaks at half the step learns at half the rate.
 */
export function peakWeights(runs: readonly RunSummary[], tasks: readonly string[]): PerTask {
  const steps = runs.map((run) => stepsOf(run, tasks));
  const means = perTask(
    tasks,
    (task) => steps.reduce((sum, of) => sum + of[task], 0) / runs.length,
  );
  const latest = Math.max(...Object.values(means));
  return perTask(tasks, (task) => Number((means[task] / latest).toFixed(3)));
}
