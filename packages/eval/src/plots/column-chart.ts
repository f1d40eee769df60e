import type { TopLevelSpec } from 'vega-lite';
import { isMeasured, type Table } from '../tables/table.ts';
import { dotChart, type Dot } from './dot-chart.ts';

/**
 * A column of a table as a chart: a dot for each of its own measured values, with its standard deviation.
 * Undefined where fewer than two rows have one.
 * @param c which column
 */
export function columnChart(table: Table, c: number, width?: number): TopLevelSpec | undefined {
  const { name, unit, better } = table.columns[c];
  const dots = table.rows.flatMap(({ header, cells, reference }): Dot[] => {
    const cell = cells[c];
    if (reference || !isMeasured(cell) || !Number.isFinite(cell.value ?? NaN)) return [];
    const value = cell.value as number;
    const { sd } = cell;
    return [{ row: header, value, ...(sd !== undefined && { low: value - sd, high: value + sd }) }];
  });
  const rows = dots.map(({ row }) => row);
  if (dots.length < 2 || new Set(rows).size < rows.length) return undefined;
  const direction = better === undefined ? '' : `, ${better} is better`;
  const spread = dots.some(({ low }) => low !== undefined) ? ', mean ± standard deviation' : '';
  return dotChart({
    title: `${name}${direction}`,
    label: `${name}${unit ? ` (${unit})` : ''}${spread}`,
    ...{ rows, series: [{ name, dots }], zero: false, wrap: true },
    ...(width !== undefined && { width }),
  });
}
