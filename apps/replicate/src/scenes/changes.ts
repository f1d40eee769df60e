import { deltaM, type Settled } from '@scene-mtl/eval';
import { metricOf, type ComparedArm } from '@scene-mtl/lab';
import type { SceneContext } from './kind.ts';
import { quantitiesOfTask, sceneTasks } from './own-tasks.ts';

/**
 * Δm of the primary metrics of each seed, percent, lower is better, against an arm of a network a task, mean over its
 * seeds. Empty where that is not there or has a metric of 0.
 */
export function changesOf({ data }: SceneContext, arm: ComparedArm, alone: ComparedArm): number[] {
  const quantities = sceneTasks(data)
    .flatMap(quantitiesOfTask)
    .filter(({ primary }) => primary);
  const baseline = quantities.map(({ metric }) => mean(metricOf(alone.runs, metric)));
  if (baseline.some((value) => !Number.isFinite(value) || value === 0)) return [];
  return arm.runs.flatMap((run) => {
    const values = quantities.map(({ metric }) => metricOf([run], metric)[0]);
    if (values.some((value) => value === undefined)) return [];
    const metrics = quantities.map(({ metric, task, better }, k) => ({
      ...{ name: metric, task, better, primary: true },
      ...{ value: values[k], baseline: baseline[k] },
    }));
    const { primary } = deltaM(metrics, {
      ...{ source: 'networks of one task', dataset: data.name, split: 'val' },
      ...{ seeds: alone.runs.length, epochRule: 'last', accumulation: 'over the whole split' },
    });
    return [primary];
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Δm that would matter, percent: as a fiftieth of any metric does. */
export const SMALLEST_CHANGE = 2;

/** Percent with a sign. */
export const signed = (value: number): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;

/** The 95 % interval, percent. */
export const intervalText = ({ interval }: Settled): string => interval.map(signed).join(' … ');
