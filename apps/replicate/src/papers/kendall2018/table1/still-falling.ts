import type { Table } from '@scene-mtl/eval';
import { measuredCell, type Series } from '@scene-mtl/lab';
import type { SceneSummary } from '../../../scenes/kind.ts';
import type { MadeRow } from './table.ts';

/** Fewer logged losses than this tell nothing: a fifth of them would be one batch or none. */
const FEW_LOGGED = 10;

/**
 * Whether training was over: by how much the mean training loss of the last fifth of the steps differs from that of
 * the fifth before, task by task. Undefined where no run is long enough to say.
 * @param tasks a column each
 */
export function stillFallingTable(
  rows: readonly MadeRow[],
  tasks: readonly string[],
): Table | undefined {
  const changes = rows.map(({ row, runs }) => ({
    header: row.title,
    byTask: tasks.map((task) => runs.flatMap((run) => lateChange(run, task) ?? [])),
  }));
  const known = changes.filter(({ byTask }) => byTask.some((values) => values.length > 0));
  if (known.length === 0) return undefined;
  return {
    title:
      'Was training over? Training loss of the last fifth of the steps against the fifth before',
    corner: 'Loss',
    columns: tasks.map((task) => ({ name: task, unit: '%', decimals: 1 })),
    rows: known.map(({ header, byTask }) => ({
      header,
      cells: byTask.map((values) => measuredCell(values)),
    })),
    notes: [
      'Below 0 the loss still fell, and more steps may change the table; near 0 it was flat. A learning rate that falls towards 0, as the schedule has it, lowers the loss as well. Losses of the tasks without their weights, over training batches.',
    ],
  };
}

/** In %; undefined where the run did not log the loss of the task often enough. */
function lateChange({ series }: SceneSummary, task: string): number | undefined {
  const logged = series[`loss/${task}`] ?? [];
  if (logged.length < FEW_LOGGED) return undefined;
  const end = logged[logged.length - 1][0];
  const before = meanBetween(logged, 0.6 * end, 0.8 * end);
  const last = meanBetween(logged, 0.8 * end, end);
  const change = (100 * (last - before)) / before;
  return Number.isFinite(change) ? change : undefined;
}

/** Mean over the steps in (`from`, `to`]. */
function meanBetween(series: Series, from: number, to: number): number {
  const values = series.flatMap(([step, value]) => (step > from && step <= to ? [value] : []));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
