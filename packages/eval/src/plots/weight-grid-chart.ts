import type { TopLevelSpec } from 'vega-lite';
import { read } from './findings.ts';
import { seriesColours, theme } from './theme.ts';

/** Result of one fixed weighting: both tasks' metrics at one weight. */
export interface WeightGridPoint {
  /** Weight of the second task, 0 … 1; the first task has 1 − weight. */
  readonly weight: number;
  /** Mean metric of the first and second task; null where a task is not trained (weight 0). */
  readonly left: number | null;
  readonly right: number | null;
  /** Standard deviation over seeds, drawn as error bars. */
  readonly leftSd?: number;
  readonly rightSd?: number;
}

/** One of the two value axes. */
export interface WeightGridAxis {
  /** Label with unit, e.g. `IoU (%)`. */
  readonly label: string;
  /** An axis on which lower is better is drawn upside down, so that up is always better. */
  readonly better: 'higher' | 'lower';
}

/** What `weightGridChart` draws. */
export interface WeightGridChart {
  readonly title: string;
  /** Label of the weight axis, e.g. `Depth weight`. */
  readonly weightLabel: string;
  readonly left: WeightGridAxis;
  readonly right: WeightGridAxis;
  readonly points: readonly WeightGridPoint[];
  /** Result with learned weights, drawn as a dotted level per axis. */
  readonly learned?: { readonly left: number; readonly right: number };
  /** Size of the plotting area in px (default 320 × 560). */
  readonly width?: number;
  readonly height?: number;
}

/**
 * Two metrics over the share of fixed weight given to the second task, on two value axes, as in
 * Kendall et al. 2018, figure 2; the result of learned weights as dotted levels. Up is better on both
 * axes. Gives a vega-lite specification (plain JSON), whose `description` tells the best weight of each axis in
 * words, and whether learned weights are better.
 *
 * @throws RangeError when a weight is outside 0 … 1 or no point has a value
 */
export function weightGridChart(chart: WeightGridChart): TopLevelSpec {
  const { title, weightLabel, left, right, points, learned, width = 560, height = 320 } = chart;
  for (const { weight } of points) {
    if (!(weight >= 0 && weight <= 1)) {
      throw new RangeError(`weightGridChart "${title}": weights are 0 … 1, got ${weight}`);
    }
  }
  if (!points.some((p) => p.left !== null || p.right !== null)) {
    throw new RangeError(`weightGridChart "${title}": no point has a value; nothing to draw`);
  }
  const sorted = [...points].sort((a, b) => a.weight - b.weight);
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: {
      text: title,
      subtitle: `Up is better on both axes${learned ? '; dotted lines: learned weights' : ''}`,
    },
    description: [
      ...found(left, sorted, (p) => p.left, learned?.left),
      ...found(right, sorted, (p) => p.right, learned?.right),
    ].join(' '),
    width,
    height,
    config: theme,
    resolve: { scale: { y: 'independent' } },
    layer: [
      side(sorted, 'left', left, weightLabel, 0, learned?.left),
      side(sorted, 'right', right, weightLabel, 1, learned?.right),
    ],
  };
}

/** What one axis shows: its best weight, and whether learned weights are better. */
function found(
  { label, better }: WeightGridAxis,
  points: readonly WeightGridPoint[],
  valueOf: (point: WeightGridPoint) => number | null,
  learned: number | undefined,
): string[] {
  const known = points.flatMap((p) => {
    const value = valueOf(p);
    return value === null ? [] : [{ weight: p.weight, value }];
  });
  if (known.length === 0) return [];
  const sign = better === 'higher' ? 1 : -1;
  const best = known.reduce((a, b) => (sign * (b.value - a.value) > 0 ? b : a));
  const fixed = `${label}: best fixed weight ${read(best.weight)}, with ${read(best.value)}`;
  if (learned === undefined) return [`${fixed}.`];
  const than = read(learned) === read(best.value) ? 'equal' : undefined;
  const word = than ?? (sign * (learned - best.value) > 0 ? 'better' : 'worse');
  return [`${fixed}; learned weights ${word}, with ${read(learned)}.`];
}

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** The layer of one value axis: error bars, line with points, level of the learned weights. */
function side(
  points: readonly WeightGridPoint[],
  key: 'left' | 'right',
  axis: WeightGridAxis,
  weightLabel: string,
  index: number,
  learned: number | undefined,
): Layer {
  const values = points.map((p) => {
    const value = p[key];
    const sd = (key === 'left' ? p.leftSd : p.rightSd) ?? null;
    return {
      weight: p.weight,
      value,
      low: value === null || sd === null ? null : value - sd,
      high: value === null || sd === null ? null : value + sd,
    };
  });
  const colour = seriesColours[index];
  const shape = index === 0 ? 'circle' : 'square';
  const y = {
    field: 'value',
    type: 'quantitative',
    title: `${index === 0 ? '●' : '■'} ${axis.label}`,
    axis: { orient: key, grid: index === 0, labelColor: 'currentColor' },
    scale: { zero: false, reverse: axis.better === 'lower', padding: 12 },
  } as const;
  const x = {
    field: 'weight',
    type: 'quantitative' as const,
    title: weightLabel,
    scale: { domain: [0, 1] },
  };
  const bars: Layer[] = values.some((v) => v.low !== null)
    ? [
        {
          mark: { type: 'rule', color: colour, strokeWidth: 1.5, opacity: 0.7 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
      ]
    : [];
  const level: Layer[] =
    learned === undefined
      ? []
      : [
          {
            data: { values: [{ value: learned }] },
            mark: { type: 'rule', color: colour, strokeDash: [2, 3], strokeWidth: 2 },
            encoding: { y },
          },
        ];
  return {
    data: { values },
    layer: [
      ...bars,
      {
        mark: {
          type: 'line',
          color: colour,
          strokeWidth: 2,
          strokeDash: index === 0 ? [1, 0] : [7, 3],
          point: { shape, color: colour, size: 50, filled: true },
        },
        encoding: { x, y },
      },
      ...level,
    ],
  };
}
