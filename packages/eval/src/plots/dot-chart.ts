import type { TopLevelSpec } from 'vega-lite';
import { extremes } from './findings.ts';
import { seriesColours, theme } from './theme.ts';

/** A dot of one series, with the ends of its interval where one is known. */
export interface Dot {
  readonly row: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** Dots of one colour and shape. */
export interface DotSeries {
  readonly name: string;
  readonly dots: readonly Dot[];
}

/** What `dotChart` draws. */
export interface DotChart {
  readonly title: string;
  /** Label of the value axis with unit. */
  readonly label: string;
  /** Rows from top to bottom; one without a dot stays empty. */
  readonly rows: readonly string[];
  /** At most four: the number of shapes that can be told apart. */
  readonly series: readonly DotSeries[];
  /** Logarithmic value axis; values that are not positive are left out. */
  readonly log?: boolean;
  /** Width of the plotting area in px (default 480). */
  readonly width?: number;
  /** Whether the value axis begins at 0 (default true); a logarithmic one never does. */
  readonly zero?: boolean;
  /** Whether names of rows break into lines at `, ` (default false). */
  readonly wrap?: boolean;
}

/** Without a canvas Vega takes a letter to be wider than it is, and would cut what fits. */
const wrapped = { labelExpr: "split(datum.label, ', ')", labelLimit: 320 };

const shapes = ['circle', 'square', 'triangle-up', 'diamond'];

/**
 * Values by row, one dot per series with its interval as a line: for categories, where a curve would
 * suggest an order. Gives a vega-lite specification (plain JSON), whose `description` tells the highest and
 * the lowest row of each series in words.
 *
 * @throws RangeError when there is no dot, more than four series, or a dot in an unknown row
 * @example
 * ```ts
 * import { dotChart } from '@scene-mtl/eval';
 * const dots = [{ row: 'equal', value: 31 }, { row: 'learned', value: 45, low: 43, high: 47 }];
 * dotChart({ title: 'IoU', label: 'IoU (%)', rows: ['equal', 'learned'], series: [{ name: 'val', dots }] });
 * ```
 */
export function dotChart({
  title,
  label,
  rows,
  series,
  log = false,
  width = 480,
  zero = true,
  wrap = false,
}: DotChart): TopLevelSpec {
  const values = series.flatMap(({ name, dots }, k) =>
    dots
      .filter(({ value }) => Number.isFinite(value) && !(log && value <= 0))
      .map(({ row, value, low, high }) => {
        const bounded = Number.isFinite(low) && Number.isFinite(high);
        return {
          series: name,
          k,
          row,
          value,
          low: bounded ? low : null,
          high: bounded ? high : null,
        };
      }),
  );
  const stray = values.find(({ row }) => !rows.includes(row));
  if (values.length === 0 || series.length > shapes.length || stray) {
    throw new RangeError(
      `dotChart "${title}": expected 1 … ${shapes.length} series with dots in the rows ${rows.join(', ')}, ` +
        `got ${series.length} series, ${values.length} dots${stray ? ` and the row ${stray.row}` : ''}`,
    );
  }
  const domain = series.map(({ name }) => name);
  const found = domain.flatMap((name) => {
    const own = values
      .filter((v) => v.series === name)
      .map((v) => ({ name: v.row, value: v.value }));
    if (own.length === 0) return [];
    return [`${domain.length > 1 ? `${name}: ` : ''}${extremes(own)}`];
  });
  const legend = domain.length > 1 ? {} : { legend: null };
  const order = [...rows];
  const y = {
    field: 'row',
    type: 'nominal',
    title: null,
    scale: { domain: order },
    axis: { labelLimit: 240, grid: true, ...(wrap && { ...wrapped }) },
  } as const;
  // Series lie beside each other, so that their intervals do not cover one another.
  const yOffset = {
    field: 'series',
    type: 'nominal',
    scale: { domain, paddingOuter: 0.5 },
  } as const;
  const scale = log ? ({ type: 'log' } as const) : { zero, ...(!zero && { padding: 8 }) };
  const axis = log ? { axis: { format: '~g' } } : {};
  const x = { type: 'quantitative', title: label, scale, ...axis } as const;
  const range = seriesColours.slice(0, domain.length);
  const color = { field: 'series', type: 'nominal', scale: { domain, range }, ...legend } as const;
  const shape = {
    field: 'series',
    type: 'nominal',
    scale: { domain, range: shapes.slice(0, domain.length) },
    ...legend,
  } as const;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    description: `${label}: ${found.join('; ')}.`,
    width,
    height: { step: Math.max(wrap ? 32 : 22, 16 * domain.length), for: 'position' },
    config: theme,
    data: { values },
    layer: [
      {
        transform: [{ filter: 'isValid(datum.low)' }],
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.75 },
        encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, y, yOffset, color },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { x: { field: 'value', ...x }, y, yOffset, color, shape },
      },
    ],
  };
}
