import {
  deltaM,
  meanRank,
  type BaselineProvenance,
  type DeltaM,
  type Table,
} from '@scene-mtl/eval';
import { measuredCell, metricOf } from '../specs/arms.ts';
import type { RunSummary } from '../specs/summary.ts';
import type { ComparedArm } from './compared-arm.ts';
import type { Quantity } from './quantity.ts';

/** Arms beside the networks of one task each. */
export interface DeltaMArms {
  readonly arms: readonly ComparedArm[];
  /** The tasks; arms that learn fewer are left out. */
  readonly tasks: readonly string[];
  readonly quantities: readonly Quantity[];
  /** What the numbers are of: data set and split. */
  readonly data: Pick<BaselineProvenance, 'dataset' | 'split'>;
}

const definitions = ['perMetric', 'perTask', 'primary'] as const satisfies (keyof DeltaM)[];

/**
 * Δm of every arm that learns all tasks, in its three definitions, and its mean rank among these arms.
 * Undefined where a task has no network of its own, no arm learns them all, or no quantity is of these tasks.
 */
export function deltaMTable({ arms, tasks, quantities, data }: DeltaMArms): Table | undefined {
  const judged = quantities.filter(({ task }) => tasks.includes(task));
  const alone = (task: string) =>
    arms.find((arm) => arm.tasks.length === 1 && arm.tasks[0] === task && complete(arm, [task]));
  const complete = (arm: ComparedArm, of: readonly string[]): boolean =>
    judged
      .filter(({ task }) => of.includes(task))
      .every(({ metric }) => Number.isFinite(meanOf(arm.runs, metric)));
  const singles = new Map(tasks.map((task) => [task, alone(task)]));
  const multi = arms.filter(
    (arm) => tasks.length > 1 && tasks.every((task) => arm.tasks.includes(task)),
  );
  const made = multi.filter((arm) => complete(arm, tasks));
  const missing = tasks.filter((task) => !singles.get(task));
  if (missing.length > 0 || made.length === 0 || judged.length === 0) return undefined;

  const baseline = (quantity: Quantity): number =>
    meanOf((singles.get(quantity.task) as ComparedArm).runs, quantity.metric);
  if (judged.some((quantity) => baseline(quantity) === 0)) return undefined;
  const provenance: BaselineProvenance = {
    ...data,
    source: 'single-task networks of this table',
    seeds: Math.min(...[...singles.values()].map((single) => single?.runs.length ?? 0)),
    epochRule: 'last checkpoint',
    accumulation: 'over the whole split',
  };
  const ofRun = (run: RunSummary): DeltaM =>
    deltaM(
      judged.map((quantity) => ({
        ...{ name: quantity.metric, task: quantity.task, better: quantity.better },
        value: meanOf([run], quantity.metric),
        baseline: baseline(quantity),
        primary: quantity.primary,
      })),
      provenance,
    );
  const ranks = meanRank(
    Object.fromEntries(
      made.map((arm) => [
        arm.slug,
        Object.fromEntries(judged.map(({ metric }) => [metric, meanOf(arm.runs, metric)])),
      ]),
    ),
    judged.map(({ metric, better }) => ({ name: metric, better })),
  );
  const { seeds, epochRule, dataset, split } = provenance;
  return {
    title: 'Δm: average change against the single-task networks',
    corner: 'Loss',
    columns: [
      { name: 'Δm per metric', unit: '%', better: 'lower', decimals: 1 },
      { name: 'Δm per task', unit: '%', better: 'lower', decimals: 1 },
      { name: 'Δm of primary metrics', unit: '%', better: 'lower', decimals: 1 },
      { name: 'Mean rank', better: 'lower' },
    ],
    rows: made.map((arm) => {
      const changes = arm.runs.filter((run) => complete({ ...arm, runs: [run] }, tasks)).map(ofRun);
      return {
        header: arm.title,
        cells: [
          ...definitions.map((of) => measuredCell(changes.map((change) => change[of]))),
          { value: ranks[arm.slug] },
        ],
      };
    }),
    notes: [
      `Lower is better, 0 is the baseline: the single-task networks of this table on ${dataset} (${split}), ${epochRule}, mean over ${seeds} seed${seeds === 1 ? '' : 's'}. Per metric: mean over ${judged.map(({ task, name }) => `${task} ${name}`).join(', ')} (Maninis et al. 2019); per task: mean over tasks of the mean over the task’s metrics (LibMTL, opposite sign there); primary: one metric a task (Vandenhende et al. 2021, opposite sign there). Mean rank: over the same metrics among the networks of this table, 1 is best.`,
    ],
  };
}

const meanOf = (runs: readonly RunSummary[], metric: string): number => {
  const values = metricOf(runs, metric);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
};
