import { primaryOf, type Quantity } from '@scene-mtl/lab';
import type { TaskName } from '../config/task-name.ts';
import { betterSign, primaryMetric } from '../train/metrics.ts';

const quantity = (
  task: TaskName,
  metric: string,
  shown: Pick<Quantity, 'name' | 'unit' | 'digits'>,
): Quantity => ({
  ...{ task, metric, ...shown },
  better: betterSign[task] > 0 ? 'higher' : 'lower',
  primary: metric === primaryMetric[task],
});

const error = { name: 'mean error', unit: 'px', digits: 3 };

/** What networks on scenes are compared in: for each task what Table 1 prints, and its RMS. */
export const quantities: readonly Quantity[] = [
  quantity('semantic', 'semantic/iou', { name: 'IoU', unit: '%', digits: 1 }),
  quantity('instance', 'instance/meanError', error),
  quantity('instance', 'instance/rms', { ...error, name: 'RMS' }),
  quantity('depth', 'depth/meanError', error),
  quantity('depth', 'depth/rms', { ...error, name: 'RMS' }),
];

/** Those that stand for some tasks. */
export const primaryQuantities = (tasks: readonly TaskName[]): Quantity[] =>
  primaryOf(quantities, tasks);

/** What stands below a table of their differences. */
export const differenceUnits = 'IoU in points (higher is better), errors in px (lower is better).';
