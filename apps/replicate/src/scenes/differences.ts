import type { TableCell, TableColumn } from '@scene-mtl/eval';
import type { Paired } from '@scene-mtl/lab';
import { columnOf } from './quantities.ts';

/** A number with its sign. */
export const signed = (value: number, digits = 2): string =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;

/** A metric as a column without a best: what is compared stands in a row. */
export function plainColumn(metric: string): TableColumn {
  const { better: _, ...column } = columnOf(metric);
  return column;
}

/** Which way metrics are better. */
export const directions = (metrics: readonly string[]): string =>
  `${metrics
    .map(columnOf)
    .map(({ name, better }) => `${name}: ${better} is better`)
    .join('; ')}.`;

/** Columns of a comparison. */
export const differenceColumns = (group: string): TableColumn[] => [
  { name: 'Δ', group },
  { name: '95 % interval', group },
  { name: 'p', group, decimals: 3 },
];

/** Difference, interval and p of a comparison; dashes where there is none. */
export const differenceCells = (found: Paired | undefined, digits = 2): TableCell[] => {
  if (!found) return [null, null, null];
  const { n, difference, interval, p } = found;
  if (n < 2) return [signed(difference, digits), null, null];
  const ends = interval.map((end) => signed(end, digits)).join(' … ');
  return [signed(difference, digits), ends, { value: p, n }];
};
