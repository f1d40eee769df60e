import type { TopLevelSpec } from 'vega-lite';
import { course, extremes, read } from './findings.ts';
import { seriesColours, seriesDashes, theme } from './theme.ts';

/** One point of a curve; `low` and `high` bound the band drawn around it. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** One curve of a line chart. */
export interface Curve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

/** An axis: its label with unit, and whether it is logarithmic. */
export interface ChartAxis {
  readonly label: string;
  readonly log?: boolean;
}

/** What `lineChart` draws. */
export interface LineChart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** At most eight: the number of colours that can be told apart. */
  readonly curves: readonly Curve[];
  /** Size of the plotting area in px (default 300 × 560). */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Curves over a common x axis, with an optional band each, as a vega-lite specification (plain JSON).
 * Points that are not finite, and on a logarithmic axis those that are not positive, break the line.
 * Its `description` tells the course of each curve in words.
 *
 * @throws RangeError when there is no curve, more than eight, or two of the same name
 * @example
 * ```ts
 * import { lineChart, renderSvg } from '@scene-mtl/eval';
 * const points = [{ x: 0, y: 4, low: 3, high: 5 }, { x: 100, y: 2, low: 1.5, high: 2.5 }];
 * const [x, y] = [{ label: 'step' }, { label: 'loss' }];
 * const chart = lineChart({ title: 'Training', x, y, curves: [{ name: 'depth', points }] });
 * const svg = await renderSvg(chart, { id: 'loss', description: 'Loss by step' });
 * svg.startsWith('<svg'); // → true
 * ```
 */
export function lineChart(chart: LineChart): TopLevelSpec {
  const { title, x, y, curves, width = 560, height = 300 } = chart;
  const names = curves.map((c) => c.name);
  if (curves.length < 1 || curves.length > seriesColours.length) {
    throw new RangeError(
      `lineChart "${title}": expected 1 … ${seriesColours.length} curves, got ${curves.length}; split the chart`,
    );
  }
  if (new Set(names).size < names.length) {
    throw new RangeError(`lineChart "${title}": curve names must differ, got ${names.join(', ')}`);
  }
  const values = curves.flatMap((curve) => curve.points.map((p) => row(curve.name, p, x, y)));
  const hasBand = values.some((v) => v.low !== null);
  const xAxis = { field: 'x', type: 'quantitative', title: x.label, ...scale(x) } as const;
  const yAxis = { type: 'quantitative', title: y.label, ...scale(y) } as const;
  // Without this the legend takes the faint fill of the bands.
  const stroke = {
    symbolType: 'stroke',
    symbolOpacity: 1,
    symbolFillColor: 'transparent',
    columns: legendColumns(names),
  } as const;
  const legend = { legend: curves.length > 1 ? stroke : null };
  const domain = [...names];
  const colour = {
    field: 'curve',
    type: 'nominal',
    scale: { domain, range: seriesColours.slice(0, names.length) },
    ...legend,
  } as const;
  const dash = {
    field: 'curve',
    type: 'nominal',
    scale: { domain, range: seriesDashes.slice(0, names.length).map((d) => [...d]) },
    ...legend,
  } as const;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    description: findingOf(chart),
    width,
    height,
    config: theme,
    data: { values },
    layer: [
      ...(hasBand
        ? [
            {
              mark: { type: 'area', opacity: 0.2, invalid: 'break-paths-filter-domains' },
              encoding: {
                x: xAxis,
                y: { field: 'low', ...yAxis },
                y2: { field: 'high' },
                color: colour,
              },
            } as const,
          ]
        : []),
      {
        mark: { type: 'line', strokeWidth: 2, invalid: 'break-paths-filter-domains' },
        encoding: { x: xAxis, y: { field: 'y', ...yAxis }, color: colour, strokeDash: dash },
      },
    ],
  };
}

function findingOf({ x, y, curves }: LineChart): string {
  const drawn = curves.map(({ name, points }) => ({
    name,
    points: points.filter((p) => drawable(p.x, x) !== null && drawable(p.y, y) !== null),
  }));
  const xs = drawn.flatMap(({ points }) => points.map((p) => p.x));
  if (xs.length === 0) return `${y.label}: no values.`;
  const over = `${y.label}, over ${x.label} ${read(Math.min(...xs))} to ${read(Math.max(...xs))}`;
  const courses = drawn.map(({ name, points }) => `${name} ${course(points)}`);
  const ends = drawn.flatMap(({ name, points }) =>
    points.length > 0 ? [{ name, value: points[points.length - 1].y }] : [],
  );
  const end = ends.length > 1 ? ` At the end ${extremes(ends)}.` : '';
  return `${over}: ${courses.join('; ')}.${end}`;
}

/** As many as fit below a chart; without a canvas Vega takes a letter to be 0.8 of its size wide. */
const legendColumns = (names: readonly string[]): number =>
  Math.min(3, Math.max(1, Math.floor(780 / (40 + 9.6 * Math.max(...names.map((n) => n.length))))));

function row(curve: string, point: CurvePoint, x: ChartAxis, y: ChartAxis) {
  const low = drawable(point.low, y);
  const high = drawable(point.high, y);
  const band = low !== null && high !== null;
  return {
    curve,
    x: drawable(point.x, x),
    y: drawable(point.y, y),
    low: band ? low : null,
    high: band ? high : null,
  };
}

const drawable = (value: number | undefined, { log = false }: ChartAxis): number | null =>
  value === undefined || !Number.isFinite(value) || (log && value <= 0) ? null : value;

/** Scale and axis; of a logarithmic axis only the powers of ten get a clear grid line. */
function scale({ log = false }: ChartAxis) {
  if (!log) return { scale: { type: 'linear', zero: false } } as const;
  const isDecade = 'abs(round(log(datum.value) / LN10) - log(datum.value) / LN10) < 1e-9';
  return {
    scale: { type: 'log', nice: false, padding: 8 },
    axis: {
      format: '~g',
      // Multiplies the opacity of the theme.
      gridOpacity: { condition: { test: isDecade, value: 1.4 }, value: 0.35 },
    },
  } as const;
}
