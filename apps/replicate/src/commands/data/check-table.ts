import {
  CITYSCAPES_DISPARITY_DEVIATION,
  cityscapesFrames,
  cityscapesStatistics,
  LARGE_PIECE,
  legendOf,
} from '@scene-mtl/datasets';
import type { CheckResult } from './check.ts';

const HEAD = [
  'class',
  'share %',
  'Cityscapes',
  'objects',
  'Cityscapes',
  'size px',
  'Cityscapes',
  'by colour',
];

/**
 * Statistics of a data set beside Cityscapes' published ones, as text: pixel shares, objects per frame,
 * mean sizes at 1024 × 2048 px, and the IoU (%) that the colour of single pixels reaches.
 */
export function checkTable({ dataset, statistics, colour }: CheckResult): string {
  const published = dataset.name === 'camvid' ? [] : cityscapesStatistics;
  const { classes, instanceClasses } = legendOf(dataset);
  const rows = classes.map((name, k) => [
    name,
    percent(statistics.shares[k]),
    published[k] ? percent(published[k].share) : '–',
    ...(instanceClasses.includes(k)
      ? [
          statistics.objects[k].toFixed(2),
          published[k]?.objects?.toString() ?? '–',
          Number.isNaN(statistics.meanSize[k]) ? '–' : statistics.meanSize[k].toFixed(0),
          published[k]?.meanSize?.toString() ?? '–',
        ]
      : ['', '', '', '']),
    colour ? percent(colour.iou[k], 1) : '–',
  ]);
  const widths = HEAD.map((title, c) =>
    Math.max(title.length, ...rows.map((row) => row[c].length)),
  );
  const lines = [HEAD, ...rows].map((row) =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  '),
  );
  const beside = (value: string | number) => (published.length > 0 ? ` (Cityscapes ${value})` : '');
  const objects = statistics.objects.reduce((a, b) => a + b, 0);
  const [small, middle, large] = statistics.sizePercentiles.map((size) =>
    Number.isNaN(size) ? '–' : size.toFixed(0),
  );
  lines.push(
    '',
    `objects per frame ${objects.toFixed(1)}${beside('17.5')}; in two or more pieces ${percent(statistics.split)} %${beside(`${percent(cityscapesFrames.split, 1)} in ${cityscapesFrames.frames} frames`)}, of at least ${LARGE_PIECE} px at 2048 ${percent(statistics.splitLarge)} %`,
    `object size px at 2048: 10 % under ${small}, half under ${middle}, 90 % under ${large}`,
    `void ${percent(statistics.void)} %`,
  );
  if (dataset.fields.includes('depth')) {
    const { mean, deviation } = statistics.disparity;
    const real = cityscapesFrames.disparity;
    lines.push(
      `disparity px at 2048: mean ${mean.toFixed(1)}${beside(real.mean)}, deviation ${deviation.toFixed(1)}${beside(`${real.deviation}; ${CITYSCAPES_DISPARITY_DEVIATION} about a mean image`)}; known ${percent(statistics.valid)} %${beside(percent(cityscapesFrames.valid, 1))}`,
    );
  }
  lines.push(...colourLine(classes, colour));
  return lines.join('\n');
}

function colourLine(classes: readonly string[], colour: CheckResult['colour']): string[] {
  if (colour === undefined) {
    return ['classes by colour alone: –, needs training and validation frames'];
  }
  const counts = colour.matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const usual = counts.indexOf(Math.max(...counts));
  return [
    `classes by the colour of each pixel alone (learnt on training, scored on validation frames): accuracy ${percent(colour.pixelAccuracy, 1)} %, mean IoU ${percent(colour.meanIou, 1)} %; always '${classes[usual]}': accuracy ${percent(counts[usual] / colour.pixels, 1)} %`,
  ];
}

const percent = (share: number, decimals = 2) =>
  Number.isNaN(share) ? '–' : (100 * share).toFixed(decimals);
