import type { Config } from 'vega-lite';

/**
 * Colours of the series, in order, RGB hex. Each keeps a contrast of at least 3:1 against white and
 * against the dark page of the report (WCAG 2.2, 1.4.11); neighbours differ in hue and lightness, and
 * every chart also tells its series apart by dash or shape.
 */
export const seriesColours: readonly string[] = [
  '#1f77b4',
  '#d9541a',
  '#0f9170',
  '#a565b8',
  '#94790a',
  '#c2517f',
  '#5b7f95',
  '#7a6a58',
];

/** Dash patterns of the series, in the order of `seriesColours`; `[1, 0]` is a full line. */
export const seriesDashes: readonly (readonly number[])[] = [
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
  [1, 0],
  [7, 3],
  [2, 2],
  [9, 3, 2, 3],
];

/**
 * Look of every chart. Text and lines are `currentColor`, the background is empty: one SVG suits a
 * light and a dark page. ARIA marks per point are off; the SVG as a whole carries the description.
 */
export const theme: Config = {
  aria: false,
  background: 'transparent',
  font: 'system-ui, "Segoe UI", "DejaVu Sans", Arial, sans-serif',
  padding: 6,
  view: { stroke: null },
  title: {
    color: 'currentColor',
    subtitleColor: 'currentColor',
    subtitleFontSize: 12,
    subtitlePadding: 4,
    fontSize: 14,
    fontWeight: 600,
    anchor: 'start',
    offset: 12,
  },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    domainColor: 'currentColor',
    tickColor: 'currentColor',
    gridColor: 'currentColor',
    gridOpacity: 0.14,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 500,
    titlePadding: 8,
  },
  legend: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    labelFontSize: 12,
    labelLimit: 480,
    symbolSize: 220,
    symbolStrokeWidth: 2.5,
    orient: 'bottom',
    direction: 'horizontal',
    columns: 3,
    title: null,
  },
  range: { category: [...seriesColours] },
};
