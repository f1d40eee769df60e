import type { TopLevelSpec } from 'vega-lite';
import type { ChartAxis } from './line-chart.ts';
import { seriesColours, theme } from './theme.ts';

/** A place on a path. */
export interface PathPoint {
  readonly x: number;
  readonly y: number;
}

/** Paths in a chart of their own. */
export interface PathPanel {
  readonly name: string;
  /** Each from its start on. */
  readonly paths: readonly (readonly PathPoint[])[];
}

/** What {@link pathChart} draws. */
export interface PathChart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** A line drawn in grey in every panel, e.g. the Pareto front. */
  readonly front: readonly PathPoint[];
  readonly panels: readonly PathPanel[];
  /** What the axes show; paths are cut at its edges. Default: all of every path. */
  readonly window?: {
    readonly x: readonly [number, number];
    readonly y: readonly [number, number];
  };
  /** Panels in a row. Default 6. */
  readonly columns?: number;
  /** Size of a panel's plotting area in px. Default 120. */
  readonly size?: number;
}

/**
 * Paths in the plane in small charts side by side, on common axes, with the start of each as a dot, as a
 * vega-lite specification. Points that are not finite end a path.
 * @throws RangeError when there is no panel, or two of the same name
 * @example
 * ```ts
 * import { pathChart, renderSvg } from '@scene-mtl/eval';
 * const front = [{ x: 0, y: 1 }, { x: 1, y: 0 }];
 * const panels = [{ name: 'equal', paths: [[{ x: 2, y: 2 }, { x: 0.5, y: 0.5 }]] }];
 * const [x, y] = [{ label: 'first loss' }, { label: 'second loss' }];
 * const svg = await renderSvg(pathChart({ title: 'Paths', x, y, front, panels }), { id: 'paths', description: 'Paths' });
 * svg.startsWith('<svg'); // → true
 * ```
 */
export function pathChart(chart: PathChart): TopLevelSpec {
  const { title, x, y, front, panels, window, columns = 6, size = 120 } = chart;
  const names = panels.map(({ name }) => name);
  if (names.length === 0 || new Set(names).size < names.length) {
    throw new RangeError(
      `pathChart "${title}": expected panels of different names, got [${names.join(', ')}]`,
    );
  }
  const rows = panels.flatMap(({ name, paths }) => [
    ...front.map((point, step) => ({ panel: name, path: 'front', step, ...point })),
    ...paths.flatMap((path, p) =>
      finite(path).map((point, step) => ({ panel: name, path: `${p + 1}`, step, ...point })),
    ),
  ]);
  const axis = (field: 'x' | 'y', { label }: ChartAxis) =>
    ({
      field,
      type: 'quantitative',
      title: label,
      scale: window ? { domain: [...window[field]], nice: false } : { zero: false },
      axis: { tickCount: 3 },
    }) as const;
  const place = { x: axis('x', x), y: axis('y', y) } as const;
  const line = {
    order: { field: 'step', type: 'quantitative' },
    detail: { field: 'path' },
  } as const;
  const paths = "datum.path !== 'front'";
  const colour = {
    field: 'path',
    type: 'nominal',
    scale: { range: [...seriesColours] },
    legend: null,
  } as const;
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    config: theme,
    data: { values: rows },
    columns,
    facet: { field: 'panel', type: 'nominal', sort: names, title: null },
    spec: {
      width: size,
      height: size,
      layer: [
        {
          transform: [{ filter: "datum.path === 'front'" }],
          mark: { type: 'line', clip: true, strokeWidth: 5, opacity: 0.35, color: '#777' },
          encoding: { ...place, ...line },
        },
        {
          transform: [{ filter: paths }],
          mark: { type: 'line', clip: true, strokeWidth: 1.5 },
          encoding: { ...place, ...line, color: colour },
        },
        {
          transform: [{ filter: `${paths} && datum.step === 0` }],
          mark: { type: 'point', clip: true, filled: true, size: 30, opacity: 1 },
          encoding: { ...place, color: colour },
        },
      ],
    },
  };
}

/** The points before the first that is not finite. */
function finite(path: readonly PathPoint[]): readonly PathPoint[] {
  const end = path.findIndex(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y));
  return end < 0 ? path : path.slice(0, end);
}
