import type { Table } from '@scene-mtl/eval';
import type { RunRecord } from '../experiment/record.ts';
import type { Table1Row } from '../paper/table1.ts';
import { paired } from './paired.ts';

/** A row of Table 1 with its finished runs. */
export interface RowRecords {
  readonly row: Table1Row;
  readonly records: readonly RunRecord[];
}

/** The row with learned weights for all tasks, else for the most that were run. */
export const learnedRow = (rows: readonly RowRecords[]): RowRecords | undefined =>
  rows
    .filter(({ row, records }) => row.weighting.kind === 'uncertainty' && records.length > 0)
    .sort((a, b) => b.row.tasks.length - a.row.tasks.length)[0];

const number = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;

/**
 * The learned row against every other, seed by seed: mean difference, bootstrap interval and the p of
 * a paired permutation test; of a row with one seed in common, the difference alone. Undefined with
 * fewer than two seeds.
 */
export function pairedTable(
  rows: readonly RowRecords[],
  seeds: readonly number[],
): Table | undefined {
  const learned = learnedRow(rows);
  if (!learned || seeds.length < 2) return undefined;
  const others = rows.filter((other) => other !== learned && other.records.length > 0);
  if (others.length === 0) return undefined;
  const tasks = learned.row.tasks;
  return {
    title: `${learned.row.title} minus each other row, seed by seed`,
    corner: 'Against',
    columns: tasks.flatMap((task) => [
      { name: task === 'semantic' ? 'Δ IoU' : 'Δ mean error', group: task },
      { name: '95 % interval', group: task },
      { name: 'p', group: task, decimals: 3 },
    ]),
    rows: others.map((other) => ({
      header:
        other.row.title +
        (other.row.weighting.kind === 'uncertainty' ? `: ${other.row.tasks.join(' + ')}` : ''),
      cells: tasks.flatMap((task) => {
        const result = paired(learned.records, other.records, task);
        if (!result) return [null, null, null];
        // One seed has no interval, and no permutation that could speak against chance.
        if (result.n < 2) return [number(result.difference), null, null];
        const [low, high] = result.interval;
        return [
          number(result.difference),
          `${number(low)} … ${number(high)}`,
          { value: result.p, n: result.n },
        ];
      }),
    })),
    notes: [
      `IoU in points (higher is better), errors in px (lower is better). Paired permutation test, two-sided: ${seeds.length} seeds can give no p below ${(2 / 2 ** seeds.length).toFixed(3)}.`,
    ],
  };
}
