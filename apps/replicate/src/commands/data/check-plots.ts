import { dotChart, lineChart, renderSvg, type DotSeries } from '@scene-mtl/eval';
import {
  CITYSCAPES_DISPARITY_DEVIATION,
  cityscapesStatistics,
  legendOf,
  type Histogram,
} from '@scene-mtl/datasets';
import type { CheckResult } from './check.ts';

/** One plot, ready to be written. */
export interface CheckPlot {
  /** File name without ending. */
  readonly name: string;
  readonly svg: string;
}

/**
 * The statistics as plots: `class-shares`, and where there are objects `objects` (per frame), `object-means`
 * and `object-sizes`; `disparities` where there are any. Cityscapes' published numbers stand beside ours.
 */
export async function checkPlots({ dataset, statistics }: CheckResult): Promise<CheckPlot[]> {
  const published = dataset.name === 'camvid' ? [] : cityscapesStatistics;
  const { classes, instanceClasses } = legendOf(dataset);
  const things = instanceClasses.map((k) => classes[k]);
  const dots = (
    name: string,
    ids: readonly number[],
    value: (k: number) => number | undefined,
  ) => ({
    name,
    dots: ids.map((k) => ({ row: classes[k], value: value(k) ?? NaN })),
  });
  const all = classes.map((_, k) => k);
  const both = (series: DotSeries[]) =>
    series.filter((one) => one.dots.some(({ value }) => value > 0));
  const dotted = async (
    name: string,
    title: string,
    label: string,
    rows: readonly string[],
    series: DotSeries[],
  ): Promise<CheckPlot[]> => {
    const shown = both(series);
    if (shown.length === 0) return [];
    const spec = dotChart({ title, label, rows, series: shown, log: true });
    return [{ name, svg: await renderSvg(spec, { id: name, description: title }) }];
  };
  const { mean, deviation } = statistics.disparity;
  return [
    ...(await dotted('class-shares', 'Share of pixels by class', '%', classes, [
      dots(dataset.name, all, (k) => 100 * statistics.shares[k]),
      dots('Cityscapes', all, (k) => published[k] && 100 * published[k].share),
    ])),
    ...(await dotted('objects', 'Objects per frame', 'objects', things, [
      dots(dataset.name, instanceClasses, (k) => statistics.objects[k]),
      dots('Cityscapes', instanceClasses, (k) => published[k]?.objects),
    ])),
    ...(await dotted('object-means', 'Mean size of objects', 'px at 1024 × 2048', things, [
      dots(dataset.name, instanceClasses, (k) => statistics.meanSize[k]),
      dots('Cityscapes', instanceClasses, (k) => published[k]?.meanSize),
    ])),
    ...(await histogram(
      'object-sizes',
      'Sizes of objects',
      'px at 1024 × 2048',
      statistics.sizes,
      true,
    )),
    ...(await histogram(
      'disparities',
      `Known disparities: mean ${mean.toFixed(1)}, deviation ${deviation.toFixed(1)} px (Cityscapes ${CITYSCAPES_DISPARITY_DEVIATION})`,
      'px at 2048',
      statistics.disparities,
      false,
    )),
  ];
}

async function histogram(
  name: string,
  title: string,
  label: string,
  { edges, shares }: Histogram,
  log: boolean,
): Promise<CheckPlot[]> {
  if (!shares.some((share) => share > 0)) return [];
  const middle = (a: number, b: number) => (log ? Math.sqrt(a * b) : (a + b) / 2);
  const points = shares.map((share, k) => ({
    x: middle(edges[k], edges[k + 1]),
    y: 100 * share,
  }));
  const spec = lineChart({
    title,
    x: { label, log },
    y: { label: '% of each cell' },
    curves: [{ name: 'share', points }],
  });
  return [{ name, svg: await renderSvg(spec, { id: name, description: title }) }];
}
